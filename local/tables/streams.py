"""DynamoDB streams to Lambda: batches in order, retried from the first failure, poison set aside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamRecord, StreamShard
from moto.events.models import EventPattern

from local.context import ACCOUNT, REGION, Context
from local.patches import replace
from local.permissions.decision import AccessDeniedError, check
from local.permissions.needs import Need
from local.tables.failed_batches import Records
from local.tables.stream_batches import Batcher, as_event

# Records kept for readers of the stream API; AWS keeps a day's.
MOST_RECORDS = 50_000
IDLE_SECONDS = 0.5
REFUSED_SECONDS = 1.0
DRAIN_SECONDS = 10.0
CHANGED = threading.Condition()
READERS: list[StreamReader] = []


class StreamReader:
    """Follows one table's shard for one mapping; `position` is the sequence number of the first record not dealt with."""

    def __init__(self, context: Context, mapping: EventSourceMapping, shard: StreamShard) -> None:
        self._mapping = mapping
        self._batcher = Batcher(context, mapping, lambda: self.active)
        self.shard = shard
        self.position = shard.starting_sequence_number
        if mapping.starting_position == "LATEST":
            self.position += len(shard.items)
        filters = (mapping.filter_criteria or {}).get("Filters", [])
        self._patterns = [EventPattern.load(entry["Pattern"]) for entry in filters]

    @property
    def active(self) -> bool:
        """Whether the mapping still exists."""
        known = lambda_backends[ACCOUNT][REGION]._event_source_mappings
        return known.get(self._mapping.uuid) is self._mapping

    def unread(self) -> int:
        """How many records have not been dealt with."""
        newest: int = self.shard.starting_sequence_number + len(self.shard.items)
        return newest - int(self.position)

    def run(self) -> None:
        """Hand batch after batch to the function, until the mapping is deleted."""
        while self.active:
            if not self._may_read():
                time.sleep(REFUSED_SECONDS)
                continue
            records = self._next_records()
            events = [as_event(record.to_json(), self._mapping.event_source_arn, REGION) for record in records]
            self._batcher.process(self._wanted(events))
            with CHANGED:
                self.position += len(records)

    def _may_read(self) -> bool:
        """Whether the function's role may read the stream now; Lambda tries again and again, and the records wait."""
        try:
            check(self._batcher.caller, Need("dynamodb:GetRecords", self._mapping.event_source_arn))
        except AccessDeniedError:
            return False
        return True

    def _next_records(self) -> list[StreamRecord]:
        size, window = int(self._mapping.batch_size), float(self._mapping.max_batch_window or 0)
        with CHANGED:
            if not CHANGED.wait_for(self.unread, IDLE_SECONDS):
                return []
            CHANGED.wait_for(lambda: self.unread() >= size, window)
            first = self.position - self.shard.starting_sequence_number
            found: list[StreamRecord] = self.shard.items[first : first + size]
            return found

    def _wanted(self, events: Records) -> Records:
        """The events that one of the mapping's filters lets through."""
        if not self._patterns:
            return events
        return [event for event in events if any(pattern.matches_event(event) for pattern in self._patterns)]


def add_record(shard: StreamShard, old: Any, new: Any) -> None:
    """Append what happened to an item; moto would invoke the functions here, inside the write."""
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    view = (shard.table.stream_specification or {})["StreamViewType"]
    with CHANGED:
        sequence_number = shard.starting_sequence_number + len(shard.items)
        shard.items.append(StreamRecord(shard.table, view, name, old, new, sequence_number))
        if len(shard.items) > MOST_RECORDS:
            forget_read_records(shard)
        CHANGED.notify_all()


def forget_read_records(shard: StreamShard) -> None:
    """Drop the older half of what is kept, but nothing that a mapping has yet to read."""
    positions = [reader.position for reader in READERS if reader.shard is shard and reader.active]
    read = min(positions, default=shard.starting_sequence_number + len(shard.items)) - shard.starting_sequence_number
    count = min(read, MOST_RECORDS // 2)
    del shard.items[:count]
    shard.starting_sequence_number += count


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def install(context: Context) -> None:
    """Follow every mapping from a table; on stop, let the functions finish what they were sent."""

    def create_mapping(backend: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        if not any(service in spec["EventSourceArn"] for service in (":dynamodb:", ":sqs:")):
            raise InvalidParameterValueException("the embedded AWS feeds functions from DynamoDB streams and queues alone")
        mapping: EventSourceMapping = original(backend, spec)
        if ":dynamodb:" not in mapping.event_source_arn:
            return mapping  # local.events.queues reads it
        table = dynamodb_backends[ACCOUNT][REGION].get_table(mapping.event_source_arn.split("/")[1])
        table.lambda_event_source_mappings.clear()
        reader = StreamReader(context, mapping, table.stream_shard)
        READERS.append(reader)
        threading.Thread(target=reader.run, daemon=True).start()
        return mapping

    def drain() -> None:
        wait_until(lambda: not any(reader.unread() for reader in READERS if reader.active), DRAIN_SECONDS)

    original = replace(LambdaBackend, "create_event_source_mapping", create_mapping)
    replace(StreamShard, "add", add_record)
    context.on_stop(drain)
