"""Labels of payments that the platform decided, sent to its API in lists; the row for which a list is refused is left out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

import httpx

from cli.api import ask_api, refused
from cli.errors import CommandError
from cli.labels.reading import Row
from cli.labels.receipt import ACCEPTED, CONTRADICTING, KNOWN, REFUSED, UNKNOWN, Settled
from cli.target import Target

ROWS_AT_ONCE = 100  # as many as the API takes
PATH = "/v1/labels"
PAUSES_SECONDS = (1.0, 3.0, 9.0)  # before further tries of what the store did not take
NOT_NOW = frozenset({429, 500, 502, 503, 504})
AT_FAULT = re.compile(r"labels\[(\d+)\]\.(\w+)")
BY_STATUS = {404: UNKNOWN, 409: CONTRADICTING, 422: REFUSED}
REASONS = {"stored": "the first label of its payment", "correction": "corrects an earlier label", "known": "told before"}


def send(
    target: Target, rows: Sequence[Row], done: Callable[[int], None], *, sleep: Callable[[float], None] = time.sleep
) -> list[Settled]:
    """Return what became of each row. CommandError when the API is down: what it took until then is known to the next try."""
    settled: list[Settled] = []
    waiting = list(rows)
    while waiting:
        part, waiting = waiting[:ROWS_AT_ONCE], waiting[ROWS_AT_ONCE:]
        response = _sent(target, part, sleep)
        if response.is_success:
            outcomes = response.json()["results"]
            settled += [_taken(row, outcome) for row, outcome in zip(part, outcomes, strict=True)]
        else:
            at = _at_fault(response)
            if at is None or at >= len(part) or response.status_code not in BY_STATUS:
                raise refused(target, "POST", PATH, response)
            settled.append(_left(part[at], response))
            waiting = [*part[:at], *part[at + 1 :], *waiting]
        done(len(settled))
    return settled


def _sent(target: Target, rows: Sequence[Row], sleep: Callable[[float], None]) -> httpx.Response:
    body = [row.label.to_json() for row in rows]
    for pause in PAUSES_SECONDS:
        response = ask_api(target, "POST", PATH, body)
        if response.status_code not in NOT_NOW and not (response.status_code == 409 and _at_fault(response) is None):
            return response
        sleep(pause)
    return ask_api(target, "POST", PATH, body)


def _taken(row: Row, outcome: str) -> Settled:
    return Settled(row, KNOWN if outcome == "known" else ACCEPTED, REASONS.get(outcome, outcome))


def _left(row: Row, response: httpx.Response) -> Settled:
    """A row that the API refuses, in the API's words without the place in the list."""
    _, _, reason = str(response.json().get("detail", "")).partition(": ")
    outcome = BY_STATUS[response.status_code]
    return Settled(row, outcome, "no decision of it, and not in the lake" if outcome == UNKNOWN else reason)


def _at_fault(response: httpx.Response) -> int | None:
    """Which label of the list the answer names."""
    try:
        found = AT_FAULT.search(str(response.json().get("detail", "")))
    except (ValueError, AttributeError) as error:
        raise CommandError(f"POST {PATH} answered {response.status_code}, and nothing that can be read") from error
    return int(found[1]) if found else None
