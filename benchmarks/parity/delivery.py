"""Stream records on their way to the ingestion: in batches, again after a crash, some twice, some late."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from benchmarks.parity.cloud import Handler
from benchmarks.parity.entities import Sent
from benchmarks.parity.faults import Faults, IngestCrashError

BATCH = 100
ATTEMPTS = 50
LONGEST_WAIT = 200  # deliveries that a record held back lets pass at most

Record = dict[str, Any]


@dataclass
class Waiting:
    """A record that the ingestion may see from `due_us` on, and what it is about."""

    record: Record
    entities: frozenset[str]
    due_us: int
    is_held_back: bool
    passed: int = 0


class Delivery:
    """Hands records to the ingestion's handler as Lambda's event source mapping does."""

    def __init__(self, handler: Handler, faults: Faults, stream: Callable[[], Sequence[Record]] = tuple) -> None:
        self._handler = handler
        self._faults = faults
        self._stream = stream
        self._waiting: list[Waiting] = []
        self.delivered = 0

    def follow(self, sent: Sequence[Sent], lag_us: int = 0) -> None:
        """Take what the stream holds since the last time, all of which is about what was sent."""
        about: Mapping[str, Sent] = {one.transaction_id: one for one in sent}
        for record in self._stream():
            one = about[record["dynamodb"]["Keys"]["transaction_id"]["S"]]
            self.take(record, one.entities, one.at_us + lag_us)

    def take(self, record: Record, entities: frozenset[str], due_us: int) -> None:
        """Keep a record until it is due; now and then a second one of the same, or one that waits as long as it may."""
        self._waiting.append(Waiting(record, entities, due_us, self._faults.is_held_back()))
        if self._faults.is_duplicated():
            self._waiting.append(Waiting(record, frozenset(), due_us, is_held_back=True))

    def earliest(self, now_us: int) -> dict[str, int]:
        """For each entity with records that are not due yet, when the first of them is."""
        earliest: dict[str, int] = {}
        for one in self._waiting:
            if one.due_us > now_us:
                for entity in one.entities:
                    earliest[entity] = min(one.due_us, earliest.get(entity, one.due_us))
        return earliest

    def deliver(self, now_us: int, scored_next: AbstractSet[str]) -> None:
        """Deliver what is due, but let those held back wait that say nothing of the entities scored next."""
        ready: list[Waiting] = []
        waiting: list[Waiting] = []
        for one in self._waiting:
            one.passed += 1
            may_wait = one.is_held_back and one.passed < LONGEST_WAIT and not one.entities & scored_next
            (waiting if may_wait or one.due_us > now_us else ready).append(one)
        self._waiting = waiting
        self._send([one.record for one in ready])

    def deliver_all(self) -> None:
        """Deliver whatever still waits."""
        records, self._waiting = [one.record for one in self._waiting], []
        self._send(records)

    def _send(self, records: list[Record]) -> None:
        records = self._faults.disorder(records)
        for start in range(0, len(records), BATCH):
            self._send_batch(records[start : start + BATCH])

    def _send_batch(self, records: list[Record]) -> None:
        """Repeat from the first failure, as for a stream, and from the start after a crash."""
        self.delivered += len(records)
        for _ in range(ATTEMPTS):
            try:
                with self._faults.crashes():
                    answer = self._handler({"Records": records}, None)
            except IngestCrashError:
                continue
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
            records = records[next((index for index, number in enumerate(numbers) if number in failed), len(records)) :]
            if not records:
                return
        raise RuntimeError(f"{len(records)} records were not ingested in {ATTEMPTS} attempts")
