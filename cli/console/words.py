"""What pages say of lengths of time, names of states, and an empty desk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

REFRESH_SECONDS = 60
MINUTE, HOUR = 60, 3_600
CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def duration(seconds: float) -> str:
    """A length of time as a person says it.

    >>> duration(9.2), duration(127.8), duration(7_260)
    ('9 s', '2 min 8 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def spaced(name: str) -> str:
    """The name of a state as words.

    >>> spaced("TrainAndMaterialize")
    'train and materialize'
    """
    return CAPITAL.sub(" ", name).lower()


def in_query(text: str) -> str:
    """A text as a value in an address.

    >>> in_query("a&b=c/d")
    'a%26b%3Dc%2Fd'
    """
    return quote(text, safe="")


def refresh_of(request: Request) -> int | None:
    """Seconds after which a page loads itself again, where that was asked for."""
    return REFRESH_SECONDS if request.query_params.get("refresh") else None


def nothing(told: Mapping[str, Any]) -> str:
    """What an empty list of reviews says."""
    if told["more"]:  # what was decided has not left the index
        return "What stands first was decided, and nobody looked at the rest: choose one day."
    days = told["day"] if told["day"] == told["since"] else f"{told['since']} to {told['day']}"
    return f"Nothing of {days} waits for a person."
