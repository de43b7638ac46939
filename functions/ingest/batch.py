"""The records of a batch as events, and what became of each."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.ingest.events import Event, event_of
from greenfraud.errors import DamagedItem, StateConflict
from greenfraud.rejections import Rejection

logger = logging.getLogger(__name__)

Record = Mapping[str, Any]


@dataclass
class Batch:
    """The records of a batch by event, and what became of them so far."""

    records: dict[str, list[Record]] = field(default_factory=dict)  # by event id; a record may come twice
    events: dict[str, Event] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)  # sequence numbers
    rejected: list[Rejection] = field(default_factory=list)

    def fail(self, event_id: str, error: Exception) -> None:
        """Ask Lambda to deliver an event again."""
        logger.warning("event not ingested: %s", reason_of(error))
        self.failed |= {record["dynamodb"]["SequenceNumber"] for record in self.records[event_id]}

    def reject(self, event_id: str, reason: str, error: str, at: str) -> None:
        """Note an event that can never be ingested."""
        self.refuse(self.records[event_id][0], reason, error, at)

    def response(self, records: Sequence[Record]) -> dict[str, Any]:
        """What Lambda asks for: the records to deliver again, in their order."""
        numbers = (record["dynamodb"]["SequenceNumber"] for record in records)
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers if number in self.failed]}

    def refuse(self, record: Record, reason: str, error: str, at: str) -> None:
        """Note a record that can never be ingested."""
        logger.warning("event rejected: %s (%s at %s)", reason, error, at)
        self.rejected.append(Rejection.of(record, reason, error, at))


def read_batch(records: Sequence[Record]) -> Batch:
    """Return the events of a batch, each once; damaged records are rejected, and those that tell of no event left out."""
    batch = Batch()
    for record in records:
        try:
            event = event_of(record)
        except DamagedItem as damage:
            batch.refuse(record, "malformed", damage.reason, damage.attribute)
            continue
        if event is not None:
            batch.events.setdefault(event.event_id, event)
            batch.records.setdefault(event.event_id, []).append(record)
    return batch


def reason_of(error: Exception) -> str:
    """A code for the log, never a message: messages quote payloads."""
    known = {StateConflict: "conflict", BotoCoreError: "unreachable"}
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return next((code for kind, code in known.items() if isinstance(error, kind)), type(error).__name__)


def lag_milliseconds(records: Sequence[Record]) -> float:
    """How long ago the oldest record of the batch was written, by the wall clock."""
    written = [record["dynamodb"].get("ApproximateCreationDateTime") for record in records]
    oldest = min((float(at) for at in written if at is not None), default=time.time())
    return max(0.0, (time.time() - oldest) * 1000)
