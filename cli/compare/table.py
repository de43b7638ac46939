"""The comparison on a terminal: the incumbent, the family that would have served, the difference; then the other families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from cli.compare import wording
from cli.screen import Screen


def show(screen: Screen, document: Mapping[str, Any]) -> None:
    """Print the answer, the table and what must be known before believing it."""
    currency, capacity = document["currency"], document["options"]["capacity"]
    screen.line()
    screen.line(wording.sentence(document, currency), style="bold")
    if not document["unavailable"]:
        measures = wording.lines(capacity, currency)
        screen.table(_beside(f"At {capacity:,} alerts a day", document, measures, ("measures", "difference")))
        if "as_decided" in document["incumbent"]:
            of = ("as_decided", "as_decided_difference")
            title = "At as many alerts a day as the incumbent's decisions raised"
            screen.table(_beside(title, document, wording.counted(currency), of))
        screen.table(_families(document, measures))
    for remark in document["remarks"]:
        screen.line(f"  note: {remark}", style="yellow")


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1))
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    return table


def _beside(title: str, document: Mapping[str, Any], measures: Sequence[wording.Line], of: tuple[str, str]) -> Table:
    ours, theirs = wording.chosen(document), document["incumbent"]
    table = _table(title, ("", "incumbent", "ours", "difference", "95 % of it", ""))
    for line in measures:
        pair, apart = (theirs[of[0]][line.measure], ours[of[0]][line.measure]), ours[of[1]][line.measure]
        cells = [wording.value(figure, line) for figure in pair]
        told = wording.difference(apart, line), wording.interval(apart, line, is_difference=True), wording.judged(apart, line)
        table.add_row(line.title, *cells, *told, style="bold" if line.measure == "saved_minor_a_day" else None)
    return table


def _families(document: Mapping[str, Any], measures: Sequence[wording.Line]) -> Table:
    """Everybody with intervals of their own; which family is `ours` was settled on an earlier week."""
    shown = [line for line in measures if line.measure in {"average_precision", "saved_minor_a_day"} or "card" in line.measure]
    table = _table("Everybody, with 95 % intervals", ("", *(line.title for line in shown)))
    for one in (document["incumbent"], *document["candidates"]):
        mark = " (ours)" if one["name"] == document["chosen"] else ""
        cells = [
            f"{wording.value(one['measures'][line.measure], line)} ({wording.interval(one['measures'][line.measure], line)})"
            for line in shown
        ]
        table.add_row(one["name"] + mark, *cells)
    return table
