"""What enters through the API: records check themselves, and those from the future are refused."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from greenfraud.errors import InvalidInput
from greenfraud.exchange import Exchange
from greenfraud.instants import MINUTE_US
from greenfraud.records import Label, Release, Transaction

# Clocks differ. What is further ahead is a mistake, and would make its entity's past look a day, or a year, older.
CLOCK_TOLERANCE_US = 5 * MINUTE_US


def transaction_of(body: Mapping[str, Any], exchange: Exchange) -> Transaction:
    """The transaction of a request, in the platform's currency. Raises InvalidInput naming the first unusable field."""
    transaction = Transaction.from_json(body, exchange=exchange)
    _refuse_future("occurred_at", transaction.occurred_us)
    return transaction


def label_of(body: Mapping[str, Any]) -> Label:
    """The label of a request. Raises InvalidInput naming the first unusable field."""
    label = Label.from_json(body)
    _refuse_future("observed_at", label.observed_us)
    return label


def release_of(body: Mapping[str, Any]) -> Release:
    """The release of a request. Raises InvalidInput naming the first unusable field."""
    release = Release.from_json(body)
    _refuse_future("released_at", release.released_us)
    return release


def _refuse_future(field: str, instant_us: int) -> None:
    if instant_us > time.time_ns() // 1000 + CLOCK_TOLERANCE_US:
        raise InvalidInput(field, f"must not be more than {CLOCK_TOLERANCE_US // MINUTE_US} minutes in the future")
