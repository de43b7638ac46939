"""Every execution and change of production with its outcome and reasons, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from cli.dashboard.history import Event
from reporting.markup import element, items, words
from reporting.units import UNAVAILABLE, grams, moment

LABELS = {"censored_rows": "refused or never investigated, nothing known of them", "explored_rows": "let through by chance"}
HEADERS = ("Time (UTC)", "Execution", "Outcome", "Serves afterwards", "Holdout", "CO₂e", "Reasons")


def decisions_table(events: Sequence[Event]) -> str:
    """The table; a paragraph where nothing has happened."""
    if not events:
        return element("p", words(f"{UNAVAILABLE}: no execution and no promotion is known"), class_="unavailable")
    head = element("thead", element("tr", *(element("th", words(header), scope="col") for header in HEADERS)))
    body = element("tbody", *(_row(event) for event in reversed(events)))
    return element("div", element("table", head, body), class_="scroll decisions", tabindex="0")


def _row(event: Event) -> str:
    holdout, spent = (_holdout(event), grams(event.grams)) if event.execution else (words("none"), "none")
    reasons = items(event.reasons) or words(f"{UNAVAILABLE}: no decision is on record")
    about = (moment(event.at), event.execution or "by hand", event.outcome, event.serving.name)
    cells = [*map(words, about), holdout, words(spent), reasons]
    return element("tr", *(element("td", cell) for cell in cells))


def _holdout(event: Event) -> str:
    """The week that models were judged on; below it, what its labels do not say."""
    if not event.holdout:
        return words(UNAVAILABLE)
    told = [f"frauds to come: {event.rules.to_come.as_share()}"]
    told += [f"{LABELS[name]}: {rows:,}" for name, rows in event.unlike_others.items() if rows]
    rows = f" ({event.rows:,} rows)" if event.rows else ""
    return words(f"{event.holdout}{rows}") + items(told)
