"""What pages say of an empty desk and of loading themselves again, and a text in an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

REFRESH_SECONDS = 60


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
    if told["more"] and told["capacity"] == 0:
        return "The policy says that the team can do no review a day (reviews_a_day = 0): ask for as many as you like."
    if told["more"]:  # what was decided has not left the index
        return "What stands first was decided, and nobody looked at the rest: choose one day."
    days = told["day"] if told["day"] == told["since"] else f"{told['since']} to {told['day']}"
    return f"Nothing of {days} waits for a person."
