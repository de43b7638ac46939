"""Waiting for a deployed ingestion: what was sent counts once its receipt is there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from benchmarks.parity.entities import Sent
from greenfraud.items import receipt

KEYS_AT_ONCE = 100  # of a BatchGetItem
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 120.0
LANDED_SECONDS = 5.0  # after its receipt an event lies in the lake


class Landing:
    """The road through a deployed stream: nobody pushes, so whoever scores next waits for what is on its way."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb, self._table = dynamodb, table
        self._waiting: dict[str, frozenset[str]] = {}  # entities by event

    def follow(self, sent: Sequence[Sent], lag_us: int = 0) -> None:
        """Take note of what was sent; a deployed stream can be delayed by nobody."""
        if lag_us:
            raise ValueError("a deployed ingestion sees what happens as soon as it can")
        self._waiting |= {event_id: one.entities for one in sent for event_id in one.event_ids}

    def earliest(self, _: int) -> dict[str, int]:
        """Nothing must stay unseen."""
        return {}

    def deliver(self, _: int, scored_next: AbstractSet[str]) -> None:
        """Return when whatever was sent about these entities counts. Raises RuntimeError when it never does."""
        self._wait_for({event_id for event_id, entities in self._waiting.items() if entities & scored_next})

    def deliver_all(self) -> None:
        """Return when everything that was sent counts and lies in the lake."""
        self._wait_for(set(self._waiting))
        time.sleep(LANDED_SECONDS)

    def _wait_for(self, wanted: set[str]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while wanted:
            known = self._known(wanted)
            wanted -= known
            for event_id in known:
                del self._waiting[event_id]
            if not wanted:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(wanted)} events were not ingested within {PATIENCE_SECONDS:.0f} s: {min(wanted)}")
            time.sleep(POLL_SECONDS)

    def _known(self, event_ids: Iterable[str]) -> set[str]:
        keys = [receipt.key(event_id) for event_id in sorted(event_ids)]
        found: set[str] = set()
        for start in range(0, len(keys), KEYS_AT_ONCE):
            wanted = {self._table: {"Keys": keys[start : start + KEYS_AT_ONCE]}}
            items = self._dynamodb.batch_get_item(RequestItems=wanted)["Responses"][self._table]
            found |= {receipt.event_id_of(item) for item in items}
        return found
