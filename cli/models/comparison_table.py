"""What a canary or a shadow did, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from cli.screen import Screen
from greenfraud.policy import DECISIONS

Document = Mapping[str, Any]
FEW = 100  # payments on a side: of fewer, nothing is told apart


def show_canary(screen: Screen, document: Document) -> None:
    """Print both sides of a canary."""
    head = f"{document['model']} answers {document['percent']} % of the customers since {document['since'][:19]} UTC"
    screen.line(head, style="bold")
    _show(screen, document)
    screen.line("  Errors of the API (5xx) leave no decision: the alarm ServerErrorShare tells them.")


def show_shadow(screen: Screen, document: Document) -> None:
    """Print what a shadow said beside what was answered."""
    screen.line(f"{document['model']} in shadow since {document['since'][:19]} UTC, on the same payments", style="bold")
    if document["not_scored"]:
        screen.line(
            f"  note: {document['not_scored']:,} more decisions have no word of it: loading, resting, or older", style="yellow"
        )
    _show(screen, document)
    for flip in document["flips"]:
        screen.line(f"  {flip['from']} would be {flip['to']}: {flip['decisions']:,}")


def _show(screen: Screen, document: Document) -> None:
    sides = document["sides"]
    table = Table("", *sides, "difference", box=None, pad_edge=False)
    for row in _rows(document):
        table.add_row(*row)
    screen.table(table)
    shift = document["score_shift"]
    if shift["value"] is not None:
        screen.line(f"  score shift (PSI) {_told(shift, '.3f')}; by chance alone about {shift['by_chance']:.3f}")
    if (fewest := min(side["decisions"] for side in sides.values())) < FEW:
        screen.line(f"  note: {fewest:,} payments on a side tell little; look again later", style="yellow")


def _rows(document: Document) -> list[list[str]]:
    sides, difference = document["sides"].values(), document["difference"]
    rows = [["payments", *(f"{side['decisions']:,}" for side in sides), ""]]
    rows.append(["customers", *(f"{side['customers']:,}" for side in sides), ""])
    shares: dict[str, str] = {"alerts": "alerts", **{name: f"  {name}" for name in DECISIONS}, "degraded": "degraded"}
    for name, words in shares.items():
        rows.append([words, *(_told(side["shares"][name], ".2%") for side in sides), _told(difference[name], "+.2%")])
    rows.append(["mean score", *(_told(side["mean_probability"], ".4f") for side in sides), ""])
    rows.append(["time, mean and p95", *(_time(side["milliseconds"]) for side in sides), ""])
    rows.append(["known by now", *(f"{side['known']:,}, {side['frauds']:,} frauds" for side in sides), ""])
    rows.append(["frauds stopped", *(_told(side["recall"], ".1%") for side in sides), ""])
    rows.append(["alerts that were frauds", *(_told(side["precision"], ".1%") for side in sides), ""])
    return rows


def _told(figure: Mapping[str, float | None], style: str) -> str:
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "-"
    return f"{format(value, style)} ({format(low, style)} to {format(high, style)})"


def _time(milliseconds: Mapping[str, float | None]) -> str:
    mean, tail = milliseconds["mean"], milliseconds["p95"]
    return "-" if mean is None or tail is None else f"{mean:.2f} ms, {tail:.2f} ms"
