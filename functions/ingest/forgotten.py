"""What the stream still carries of a person who was forgotten meanwhile: it goes on under the name that took their place."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from functions.ingest.batch import Batch
from functions.ingest.events import DecisionEvent, ReleaseEvent
from greenfraud.errors import StoreUnavailableError
from greenfraud.items import forgotten
from greenfraud.items.attributes import Item
from greenfraud.items.forgotten import FRESH_SECONDS, Forgotten, Request
from greenfraud.redelivery import written_at

NOBODY = Forgotten("", {})
ATTEMPTS, FIRST_PAUSE_SECONDS = 5, 0.02


class ForgottenPeople:
    """The list of who is being forgotten, asked again after some seconds."""

    def __init__(
        self,
        client: Callable[[], Any],
        receipts_table: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._client, self._table = client, receipts_table
        self._clock, self._pause_seconds = clock, pause_seconds
        self._read_at, self._known = float("-inf"), NOBODY

    def rename(self, batch: Batch) -> None:
        """Give payments decided before a customer was forgotten the name in its place, without what only that customer had.

        Raises StoreUnavailableError when the list cannot be read: an event must not bring anybody back.
        """
        known = self._list()
        if not known.requests:
            return
        for event_id, event in batch.events.items():
            if isinstance(event, DecisionEvent):
                batch.events[event_id] = _renamed(event, known, written_at(batch.records[event_id][0]))
            elif isinstance(event, ReleaseEvent):
                batch.events[event_id] = _renamed_release(event, known)

    def _list(self) -> Forgotten:
        if self._clock() - self._read_at >= FRESH_SECONDS:
            asked_at = self._clock()
            found = self._read()
            self._known, self._read_at = (forgotten.decode(found) if found else NOBODY), asked_at
        return self._known

    def _read(self) -> Item | None:
        """The stored list, None where there is none. A throttled item must never be taken for a missing one."""
        asked = {self._table: {"Keys": [forgotten.key()], "ConsistentRead": True}}
        for attempt in range(ATTEMPTS):
            time.sleep(self._pause_seconds * (2**attempt - 1))
            answer = self._client().batch_get_item(RequestItems=asked)
            if not answer.get("UnprocessedKeys"):
                found: list[Item] = answer["Responses"].get(self._table, [])
                return found[0] if found else None
        raise StoreUnavailableError("who is forgotten could not be read")


def _renamed(event: DecisionEvent, known: Forgotten, decided_at: float | None) -> DecisionEvent:
    transaction = event.decision.transaction
    request = known.of(transaction.customer_id)
    if request is None or _is_since(decided_at, request):
        return event
    stranger = replace(transaction, customer_id=request.pseudonym, extras={})
    return replace(event, decision=replace(event.decision, transaction=stranger, features=None))


def _renamed_release(event: ReleaseEvent, known: Forgotten) -> ReleaseEvent:
    request = known.of(event.release.customer_id)
    if request is None or _is_since(event.release.decided_at, request):
        return event
    return replace(event, release=replace(event.release, customer_id=request.pseudonym))


def _is_since(decided_at: float | None, request: Request) -> bool:
    """By the clock of `cli.forgetting`, the item's own; what does not say when it was decided is taken for old."""
    return decided_at is not None and decided_at > request.at
