"""The review list on a terminal: a table where there is room, else a block for each payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from cli.reviews import wording
from cli.reviews.wording import Entry
from cli.screen import Screen

WIDE = 120  # columns from which on a table is read more easily
STYLE = {"open": "", "claimed": "yellow", "decided": "dim"}


def show(screen: Screen, told: Mapping[str, Any]) -> None:
    """Print the list, or that there is nothing to do."""
    if not told["reviews"]:
        screen.line(wording.nothing(told))
        return
    screen.line(wording.headline(told), style="bold")
    screen.line()
    screen.table(_table(told) if screen.console.width >= WIDE else _blocks(told))
    screen.line(wording.WAY_ON, style="dim")


def _table(told: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column("expected loss", justify="right", no_wrap=True)
    table.add_column("payment", overflow="fold", max_width=28)
    table.add_column("amount, when", no_wrap=True)
    table.add_column("state", overflow="fold", max_width=26)
    table.add_column("why, and what was known of the customer", overflow="fold", ratio=1)
    for entry in told["reviews"]:
        table.add_row(
            Text(wording.expected_loss(entry), style="bold"),
            Text(f"{entry['transaction_id']}\n{wording.doubt(entry)}"),
            Text(f"{wording.amount(entry)}\n{wording.minute(entry['occurred_at'])}"),
            Text(wording.state(entry), style=STYLE[entry["state"]]),
            _why(entry),
        )
    return table


def _blocks(told: Mapping[str, Any]) -> Table:
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 0, 1, 0))
    grid.add_column(overflow="fold")
    for entry in told["reviews"]:
        head = Text.assemble(
            (wording.expected_loss(entry), "bold"),
            f" of {wording.amount(entry)}  {entry['transaction_id']}\n",
            f"{wording.doubt(entry)}, {wording.minute(entry['occurred_at'])} UTC; ",
            (wording.state(entry), STYLE[entry["state"]]),
        )
        grid.add_row(Group(head, _why(entry)))
    return grid


def _why(entry: Entry) -> Text:
    lines = [wording.reason(entry), wording.customer(entry), *(f"note, {one}" for one in wording.notes(entry))]
    text = Text(lines[0])
    for line in lines[1:]:
        text.append(f"\n{line}", style="dim")
    return text
