"""One decision on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from cli.explain import wording
from cli.explain.wording import Explanation, Told
from cli.screen import Screen

BAR = 12  # characters of the longest
FOR, AGAINST = "red", "green"


def show(screen: Screen, of: Explanation) -> None:
    """Print what became of it, why, what spoke, what happened since, and the values it was decided on."""
    screen.line(wording.headline(of), style="bold")
    screen.table(_grid([(f"  {name}", text) for name, text in wording.facts(of)]))
    told = wording.reasons(of)
    _title(screen, "Why", wording.scale(of))
    if told:
        screen.table(_reasons(told))
    if spoke := wording.spoken(of):
        _title(screen, "What of the policy spoke")
        screen.table(_grid([("  -", text) for text in spoke]))
    _title(screen, "What happened since")
    screen.table(_grid([(f"  {one.at}", one.text) for one in wording.since(of)] or [("  -", "nothing was told of it")]))
    _values(screen, of)
    for remark in of["remarks"]:
        screen.line(f"  note: {remark}", style="yellow")


def _title(screen: Screen, title: str, beside: str = "") -> None:
    screen.line()
    screen.line(f"{title}: {beside}" if beside else title, style="bold")


def _grid(rows: Sequence[tuple[str, ...]], numbers: Sequence[int] = (), widths: Sequence[int] = ()) -> Table:
    """Lines in columns, the first ones as wide as told; `numbers` are those that end at the right. No text is read as markup."""
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    for column in range(len(rows[0])):
        is_last = column == len(rows[0]) - 1
        width = widths[column] if column < len(widths) else None
        grid.add_column(justify="right" if column in numbers else "left", no_wrap=not is_last, overflow="fold", min_width=width)
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _reasons(told: Sequence[Told]) -> Table:
    """A bar that grows to the right for fraud, and to the left against it."""
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    for justify in ("right", "left", "right", "left"):
        grid.add_column(justify=justify, no_wrap=justify == "right", overflow="fold")
    for one in told:
        bar = "█" * max(round(BAR * wording.share(one, told)), int(one.contribution is not None))
        against, speaks_for = ("", bar) if one.is_for else (bar, "")
        left = Text(f"  {against:>{BAR}}", style=AGAINST)
        grid.add_row(left, Text(f"{speaks_for:<{BAR}}", style=FOR), Text(wording.figure(one)), Text(one.text))
    return grid


def _values(screen: Screen, of: Explanation) -> None:
    if of["features"]:
        _title(screen, "The values it was decided on", f"rounded here, to the bit in --json; manifest {of['manifest_version']}")
    longest = [max((len(text) for text in texts), default=0) for texts in zip(*_cells(of["features"]), strict=True)][:2]
    for label, features in wording.grouped(of):
        screen.line(f"  {label}", style="bold")
        screen.table(_grid(_cells(features), numbers=(1,), widths=longest))
    if of["unnamed"]:
        _title(screen, "The values it was decided on", f"in the order of manifest {of['manifest_version']}")
        screen.line("  " + ", ".join(wording.value(one) for one in of["unnamed"]))


def _cells(features: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    return [(f"    {one['name']}", wording.value(one["value"]), one["text"]) for one in features]
