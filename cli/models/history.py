"""Who changed what serves: the entries of the ledger, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.audit.entries import read_entries
from cli.changes import model_name
from cli.screen import Screen
from cli.target import Target
from greenfraud.items.changes import DIRECTIONS
from greenfraud.items.ledger import CANARY, PROMOTE, ROLL_BACK, SHADOW

Entry = Mapping[str, Any]


def show_history(target: Target, screen: Screen, limit: int) -> None:
    """Print the newest entries in words."""
    entries = read_entries(target)
    for entry in entries[: -limit - 1 : -1]:
        for line in lines_of(entry):
            screen.line(line)
    if not entries:
        screen.line("nothing was ever changed: no model was promoted, and the default policy decides")
    if len(entries) > limit:
        screen.line(f"and {len(entries) - limit:,} before: --limit {len(entries)} shows all")


def newest(target: Target, limit: int) -> list[dict[str, Any]]:
    """The newest entries as the ledger holds them, the newest first. CommandError where it cannot be read."""
    return read_entries(target)[: -limit - 1 : -1]


def lines_of(entry: Entry) -> Iterator[str]:
    """An entry in words: what, of which bundle, by whom, why, and what that changed."""
    yield f"{entry['revision']:>4}  {entry['at'][:19]} UTC  {_done(entry)}"
    if (model := _model(entry)) is not None:
        yield f"      manifest {model['sha256'][:16]}…"
    yield f"      by {entry['actor']}"
    for reason in entry["reasons"]:
        yield f"      {reason}"
    if changes := entry.get("changes"):
        yield f"      {_changed(changes)}"
    if entry.get("proposed_by"):
        yield f"      proposed by {entry['proposed_by']}, as number {entry['proposal']}"
    if entry.get("is_emergency"):
        yield "      alone, in an emergency"


def _done(entry: Entry) -> str:
    control, verb = entry.get("control") or {}, entry["verb"]
    if verb == PROMOTE:
        return f"promoted {model_name(entry['production'])}, before it {model_name(entry.get('previous'))}"
    if verb == ROLL_BACK:
        return f"rolled back to {model_name(entry['production'])}, from {model_name(entry.get('previous'))}"
    if verb == SHADOW:
        return f"in shadow {model_name(control['shadow'])}" if control.get("shadow") else "no shadow any more"
    if verb == CANARY:
        share = f"{control.get('canary_percent')} % of the customers to"
        return f"{share} {model_name(control['canary'])}" if control.get("canary") else "no canary any more"
    policy = control.get("policy_object")
    return f"{verb}: {policy['version'] if policy else 'the default'}"


def _changed(changes: Entry) -> str:
    if "reason" in changes:
        return f"what it changed is unavailable: {changes['reason']}"
    flips = ", ".join(f"{changes[name]['rows']:,} {name} ({changes[name]['frauds']:,} of them fraud)" for name in DIRECTIONS)
    return f"against {changes['against']}: alerts {flips}; {_shifted(changes['score_shift'])}"


def _shifted(shift: Entry) -> str:
    if "reason" in shift:
        return f"shift of scores unavailable: {shift['reason']}"
    return (
        f"log odds {shift['median']:+.2f} (5 % {shift['p5']:+.2f}, 95 % {shift['p95']:+.2f}), "
        f"{shift['moved_share']:.1%} moved by 1 or more"
    )


def _model(entry: Entry) -> Mapping[str, Any] | None:
    verb = entry["verb"]
    found: Mapping[str, Any] | None = None
    if verb in (PROMOTE, ROLL_BACK):
        found = entry["production"]
    elif verb in (SHADOW, CANARY):
        found = (entry.get("control") or {}).get(verb)
    return found
