"""Every execution and change of production with its outcome and reasons, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from cli.dashboard.history import Event
from cli.dashboard.markup import element, items, words
from cli.dashboard.units import UNAVAILABLE, grams, moment

HEADERS = ("Time (UTC)", "Execution", "Outcome", "Serves afterwards", "Holdout", "CO₂e", "Reasons")


def decisions_table(events: Sequence[Event]) -> str:
    """The table; a paragraph where nothing has happened."""
    if not events:
        return element("p", words(f"{UNAVAILABLE}: no execution and no promotion is known"), class_="unavailable")
    head = element("thead", element("tr", *(element("th", words(header), scope="col") for header in HEADERS)))
    body = element("tbody", *(_row(event) for event in reversed(events)))
    return element("div", element("table", head, body), class_="scroll decisions", tabindex="0")


def _row(event: Event) -> str:
    about = _about_execution(event) if event.execution else ("by hand", "none", "none")
    cells = (moment(event.at), about[0], event.outcome, event.serving.name, *about[1:])
    reasons = items(event.reasons) or words(f"{UNAVAILABLE}: no decision is on record")
    return element("tr", *(element("td", words(cell)) for cell in cells), element("td", reasons))


def _about_execution(event: Event) -> tuple[str, str, str]:
    rows = f" ({event.rows:,} rows)" if event.rows else ""
    return event.execution or "", f"{event.holdout}{rows}" if event.holdout else UNAVAILABLE, grams(event.grams)
