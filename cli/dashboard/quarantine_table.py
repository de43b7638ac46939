"""Chunks whose data were found at fault, newest first: what is wrong, and who let them through, if anybody did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from greenfraud.quarantine import Quarantined
from reporting.markup import element, items, words
from reporting.units import moment

HEADERS = ("Chunk", "What is wrong", "Let through", "Found (UTC)")


def quarantine_table(found: Sequence[Quarantined]) -> str:
    """The table; a sentence where nothing was ever held."""
    if not found:
        return element("p", words("No chunk is in quarantine, and none has been."))
    head = element("thead", element("tr", *(element("th", words(header), scope="col") for header in HEADERS)))
    rows = (_row(one) for one in sorted(found, key=lambda one: one.chunk, reverse=True))
    table = element("table", head, element("tbody", *rows))
    return element("div", table, class_="scroll decisions quarantine", tabindex="0")


def _row(one: Quarantined) -> str:
    told = "no: it is held, neither learned nor judged on"
    if one.accepted:
        told = f"by {one.accepted.by}, {_minute(one.accepted.at)}: {one.accepted.why}"
    cells = (words(one.chunk), items(one.faults), words(told), words(_minute(one.found_at)))
    return element("tr", *(element("td", cell) for cell in cells))


def _minute(at: str) -> str:
    return moment(datetime.fromisoformat(at).astimezone(UTC))
