"""What trying a policy found, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from cli.screen import Screen
from greenfraud.money import in_words
from greenfraud.policy import DECISIONS

UNAVAILABLE = "unavailable"


def show_diff(screen: Screen, document: Mapping[str, Any]) -> None:
    """Print who flips, alerts, money, who speaks and examples."""
    currency = document["currency"]
    _show_head(screen, document)
    flips = [(f"{one['from']} -> {one['to']}", f"{one['decisions']:,}") for one in document["flips"]]
    show_table(screen, table_of("What becomes of them", ("", "decisions"), flips or [("nothing changes", "")]))
    show_table(screen, _alerts(document))
    show_table(screen, table_of("Expected cost", ("", f"{currency}"), _money(document["money"], currency)))
    speaks = [(name, f"{count:,}") for name, count in document["spoke"].items()]
    show_table(screen, table_of("How often each speaks", ("", "decisions"), speaks or [("nothing in it speaks", "")]))
    show_examples(screen, "Examples, the largest of each kind", document["examples"], currency)


def _show_head(screen: Screen, document: Mapping[str, Any]) -> None:
    days = document["days"]
    span = "in less than an hour" if days is None else f"over {days:,.1f} days"
    told = f"{document['candidate']} beside {document['now']}, which decides now"
    screen.line(f"{told}: the last {document['decisions']:,} decisions, {span}", style="bold")
    if document["not_judged"]:
        screen.line(f"  note: {document['not_judged']:,} more did not keep a value that the policies ask for", style="yellow")
    if document["without_probability"]:
        screen.line(f"  note: {document['without_probability']:,} had no model's probability; rules decide them", style="yellow")


def _alerts(document: Mapping[str, Any]) -> Table:
    now, then = (document["alerts_a_day"][side] for side in ("now", "then"))
    rows: list[tuple[str, str, str]] = [(decision, _a_day(now[decision]), _a_day(then[decision])) for decision in DECISIONS[1:]]
    room = document["reviews_a_day"]
    if room is not None:
        rows.append(("the team's reviews", "", f"{room:,}"))
    return table_of("Alerts a day", ("", "now", "then"), rows)


def _a_day(value: float | None) -> str:
    return UNAVAILABLE if value is None else f"{value:,.1f}"


def _money(money: Mapping[str, Any], currency: str) -> list[tuple[str, str]]:
    if "unavailable" in money:
        return [(f"{UNAVAILABLE}: {money['unavailable']}", "")]
    told = [(side, in_words(round(money[side]), currency)) for side in ("now", "then")]
    return [*told, ("saved" if money["saved"] >= 0 else "more", in_words(abs(round(money["saved"])), currency))]


def show_examples(screen: Screen, title: str, examples: Sequence[Mapping[str, Any]], currency: str) -> None:
    """Print payments, one a line."""
    if not examples:
        return
    rows = [
        (
            one["transaction_id"],
            in_words(one["amount_minor"], currency),
            "-" if one["probability"] is None else f"{one['probability']:.3f}",
            one["from"],
            one["to"],
            one["because"],
        )
        for one in examples
    ]
    show_table(screen, table_of(title, ("payment", currency, "probability", "now", "then", "because"), rows, right=(1, 2)))


def show_table(screen: Screen, table: Table) -> None:
    """Print a table apart from what stands above."""
    screen.line()
    screen.table(table)


def table_of(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] | None = None) -> Table:
    """Return a table; its numbers stand in the columns `right`, by default in all but the first."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1))
    numbers = range(1, len(headings)) if right is None else right
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # an id is never markup
    return table
