"""What goes wrong on purpose, by a seed, and how often it did."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import boto3
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import TransactionCanceledException

Json = dict[str, Any]
Thing = TypeVar("Thing")

THROTTLED_SHARE = 0.01  # of requests to DynamoDB
CRASHED_SHARE = 0.03  # of batches given to the ingestion
CALLS_BEFORE_A_CRASH = 6  # at most: a batch of the ingestion makes about as many
DUPLICATED_SHARE = 0.02  # of stream records
HELD_BACK_SHARE = 0.05
SHUFFLED_SHARE = 0.2  # of deliveries
AGAIN_SHARE = 0.5  # of requests after a throttled one
# A read that fails twice in a row leaves the score without features, and a client cannot ask again for what was answered.
IN_A_ROW = {"PutItem": 2, "TransactWriteItems": 2}


class IngestCrashError(BaseException):
    """The ingestion's process ends here; nothing in it may catch this."""


class Faults:
    """Decides by chance; silent until `active`."""

    def __init__(self, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._chance = random.Random(seed)  # noqa: S311  reproducible, not secret
        self._is_active = False
        self._in_a_row: Counter[str] = Counter()
        self._calls_left = 0

    @property
    def total(self) -> int:
        """How many faults were injected."""
        return self.counts.total()

    @contextmanager
    def active(self, *, is_active: bool = True) -> Iterator[None]:
        """Faults happen inside; with `is_active` false they pause."""
        before, self._is_active = self._is_active, is_active
        try:
            yield
        finally:
            self._is_active = before

    def is_held_back(self) -> bool:
        """Whether a stream record is to wait as long as no score can tell."""
        return self._happens("reordered", HELD_BACK_SHARE)

    def is_duplicated(self) -> bool:
        """Whether a stream record is to be delivered once more."""
        return self._happens("duplicated", DUPLICATED_SHARE)

    def disorder(self, records: Sequence[Thing]) -> list[Thing]:
        """The records of one delivery, now and then in another order."""
        if len(records) < 2 or not self._happens("reordered", SHUFFLED_SHARE):
            return list(records)
        return self._chance.sample(records, len(records))

    def throttle(self, operation: str, body: Json) -> Json:
        """The `front`'s interference: an error, or keys of a BatchGetItem taken away and returned as unprocessed."""
        share = AGAIN_SHARE if self._in_a_row[operation] else THROTTLED_SHARE
        if self._in_a_row[operation] >= IN_A_ROW.get(operation, 1) or not self._happens("throttled", share):
            self._in_a_row[operation] = 0
            return {}
        self._in_a_row[operation] += 1
        if operation == "BatchGetItem" and self._chance.random() < 0.5:
            return self._unprocessed(body["RequestItems"])
        if operation == "TransactWriteItems" and self._chance.random() < 0.5:
            others = [(None, None, None)] * (len(body["TransactItems"]) - 1)
            raise TransactionCanceledException([("ThrottlingError", "too many requests", None), *others])
        raise JsonRESTError("com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "too many requests")

    @contextmanager
    def crashes(self) -> Iterator[None]:
        """The ingestion runs inside, and may end between any two of its calls."""
        if self._is_active and self._chance.random() < CRASHED_SHARE:
            self._calls_left = self._chance.randint(1, 2 * CALLS_BEFORE_A_CRASH)
        try:
            yield
        finally:
            self._calls_left = 0

    def watch_calls(self) -> None:
        """Stand before and after every call of the clients that are made from now on by boto3's default session."""
        for moment in ("before-call", "after-call"):
            boto3.DEFAULT_SESSION.events.register(moment, self._pass)

    def _pass(self, **_: Any) -> None:
        if self._calls_left:
            self._calls_left -= 1
            if not self._calls_left:
                self.counts["crashed"] += 1
                raise IngestCrashError

    def _unprocessed(self, wanted: Json) -> Json:
        taken: Json = {}
        for table, part in wanted.items():
            left = [key for key in part["Keys"] if self._chance.random() < 0.5]
            if left and len(left) < len(part["Keys"]):
                part["Keys"] = [key for key in part["Keys"] if key not in left]
                taken[table] = part | {"Keys": left}
        return taken

    def _happens(self, name: str, share: float) -> bool:
        if not self._is_active or self._chance.random() >= share:
            return False
        self.counts[name] += 1
        return True
