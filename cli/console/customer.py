"""A customer's recent payments with their decisions, from the lake, to which they come within minutes."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from cli.console.console import Console
from cli.console.part import Part, part_of
from cli.id_key import read_id_key
from cli.policy.kept import Kept, Lake
from cli.target import Target
from greenfraud.identity import token
from greenfraud.instants import format_rfc3339

MOST_PAYMENTS, MOST_DAYS, MOST_SECONDS = 50, 30, 20.0
STORED = "stored"  # the id is as the platform keeps it: nothing is to be replaced


class Payment(NamedTuple):
    """A payment in words of the API."""

    transaction_id: str
    occurred_at: str
    amount_minor: int
    currency: str
    decision: str
    fraud_probability: float | None


class Recent(NamedTuple):
    """Payments, the newest first; `since` is the earliest day that was looked at, None where the lake holds no decision."""

    payments: list[Payment]
    since: date | None
    is_all: bool


def customer(console: Console, request: Request) -> Response:
    """The payments of a customer, or a form that asks for the id."""
    name, kind = request.query_params.get("id", "").strip(), request.query_params.get("kind", "")
    part = part_of(lambda: recent(console.target, _stored(console.target, name, kind))) if name else Part()
    return console.page(request, "customer", name=name, kind=kind, part=part)


def recent(target: Target, stored_id: str, *, clock: Callable[[], float] = time.monotonic) -> Recent:
    """What the newest days of decisions hold of a customer: so many payments, so many days, and no longer than a person waits."""
    lake, ends, found = Lake(target), clock() + MOST_SECONDS, list[Payment]()
    days = list(reversed(lake.days("decisions")))
    looked = None
    for day in days[:MOST_DAYS]:
        if len(found) >= MOST_PAYMENTS:
            return Recent(found[:MOST_PAYMENTS], looked, is_all=False)
        of_day, is_whole = _of_day(lake, day, stored_id, lambda: clock() > ends)
        found, looked = [*found, *of_day], day
        if not is_whole:
            return Recent(found[:MOST_PAYMENTS], looked, is_all=False)
    return Recent(found[:MOST_PAYMENTS], looked, is_all=len(days) <= MOST_DAYS and len(found) <= MOST_PAYMENTS)


def _of_day(lake: Lake, day: date, stored_id: str, is_late: Callable[[], bool]) -> tuple[list[Payment], bool]:
    """A day's payments of a customer, the newest first, and whether all of the day was looked at: one may be a million."""
    found: list[Payment] = []

    def look(one: Kept) -> None:
        if is_late():
            raise TimeoutError
        if one.customer == stored_id:
            found.append(_payment(one))

    is_whole = False
    with suppress(TimeoutError):
        lake.decisions(day, look)
        is_whole = True
    return sorted(found, key=lambda one: one.occurred_at, reverse=True), is_whole


def _stored(target: Target, name: str, kind: str) -> str:
    return name if kind == STORED else token("customer", name, read_id_key(target))


def _payment(one: Kept) -> Payment:
    payment = one.payment
    return Payment(
        one.transaction_id,
        format_rfc3339(one.occurred_us),
        payment.amount_minor,
        payment.currency,
        one.decision,
        one.probability,
    )
