"""Puts a canary beside production, or a shadow beside what answered, by the decisions that the lake has kept since."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.audit.entries import read_entries
from cli.models.comparison_table import show_canary, show_shadow
from cli.models.periods import Period, Row, decided_since
from cli.models.sides import Scored, figures
from cli.policy.kept import Lake
from cli.policy.known import Known
from cli.screen import Screen
from cli.target import Target
from greenfraud.instants import day_of
from greenfraud.outcomes import ALLOW

NOBODY = Known({}, frozenset())


def compare_canary(target: Target, screen: Screen, days: int, to: Path | None) -> None:
    """Print both sides: each payment counts for whoever was to answer it, also where that one failed."""
    period, rows, known = _read("canary", target, days)
    sides: dict[str, list[Scored]] = {"canary": [], "production": []}
    for row in rows:
        model = row.get("model") or {}
        is_canarys = _name(model) == period.model or any(one.startswith("canary_") for one in row["degraded"])
        sides["canary" if is_canarys else "production"].append(_answered(row, known))
    percent = read_entries(target)[-1]["control"]["canary_percent"]
    document = {"model": period.model, "since": period.since, "percent": percent, **figures(sides)}
    show_canary(screen, document)
    _write(document, to, screen)


def compare_shadow(target: Target, screen: Screen, days: int, to: Path | None) -> None:
    """Print what the shadow said and what was answered, on the same payments."""
    period, rows, known = _read("shadow", target, days)
    paired = [row for row in rows if _name(row.get("shadow") or {}) == period.model]
    sides = {"shadow": [_shadowed(row, known) for row in paired], "answered": [_answered(row, known) for row in paired]}
    flips = Counter((row["decision"], row["shadow"]["decision"]) for row in paired)
    document = {
        "model": period.model,
        "since": period.since,
        "not_scored": len(rows) - len(paired),
        "flips": [{"from": now, "to": then, "decisions": count} for (now, then), count in sorted(flips.items()) if now != then],
        **figures(sides),
    }
    show_shadow(screen, document)
    _write(document, to, screen)


def _read(place: str, target: Target, days: int) -> tuple[Period, Sequence[Row], Known]:
    period, lake = Period.of(place, read_entries(target)), Lake(target)
    rows = list(decided_since(lake, period, days))
    known = Known.read(lake, day_of(min(row["occurred_us"] for row in rows))) if rows else NOBODY
    return period, rows, known


def _answered(row: Row, known: Known) -> Scored:
    seconds = row.get("duration_seconds")
    return Scored(
        row["customer_id"],
        row.get("fraud_probability"),
        row["decision"],
        any(_is_fault(one) for one in row["degraded"]),
        None if seconds is None else seconds * 1000,
        _is_fraud(row, known),
    )


def _shadowed(row: Row, known: Known) -> Scored:
    said = row["shadow"]
    return Scored(row["customer_id"], said["probability"], said["decision"], is_fraud=_is_fraud(row, known))


def _is_fraud(row: Row, known: Known) -> bool | None:
    """What was told; silence says that it was none only where the payment went through."""
    told = known.is_fraud.get(row["transaction_id"])
    if told is not None:
        return told
    return False if row["decision"] == ALLOW or row["transaction_id"] in known.released else None


def _is_fault(degraded: str) -> bool:
    """As the alarms count it: that nothing is known of somebody, or comes late, is none."""
    return not degraded.startswith(("customer_", "terminal_")) or degraded.endswith("_unreadable")


def _name(model: Row) -> str:
    return f"{model.get('family')}/{model.get('version')}"


def _write(document: dict[str, Any], to: Path | None, screen: Screen) -> None:
    if to is not None:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        screen.line(f"written {to}")
