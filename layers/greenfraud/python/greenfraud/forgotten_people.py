"""Who is being forgotten, as the functions that follow the decisions table's stream ask it: read again after some seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from greenfraud.errors import StoreUnavailableError
from greenfraud.items import forgotten
from greenfraud.items.attributes import Item
from greenfraud.items.forgotten import FRESH_SECONDS, Forgotten, Request

NOBODY = Forgotten("", {})
ATTEMPTS, FIRST_PAUSE_SECONDS = 5, 0.02


class ForgottenPeople:
    """The list in the table of receipts, by a client of DynamoDB that is made when it is first needed."""

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

    def known(self) -> Forgotten:
        """Return the list. Raises StoreUnavailableError when it cannot be read: nobody must come back by that."""
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


def is_since(decided_at: float | None, request: Request) -> bool:
    """Whether a payment is a stranger's: decided, by the item's own clock, after who made it was forgotten; unsaid is old."""
    return decided_at is not None and decided_at > request.at
