"""DynamoDB streams to Lambda: batches in order, retried from the first failure, poison set aside."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamRecord, StreamShard
from moto.events.models import EventPattern

from local.context import Context
from local.patches import replace
from local.tables.stream_batches import Batcher, as_event

# Records kept for readers of the stream API; AWS keeps a day's.
MOST_RECORDS = 50_000
IDLE_SECONDS = 0.5
DRAIN_SECONDS = 10.0
CHANGED = threading.Condition()
READERS: list[StreamReader] = []


class StreamReader:
    """Follows one table's shard for one mapping and deals its records to lanes, one lane per key."""

    def __init__(self, context: Context, mapping: EventSourceMapping, shard: StreamShard) -> None:
        self._context = context
        self._mapping = mapping
        self.shard = shard
        self.position = shard.starting_sequence_number
        if mapping.starting_position == "LATEST":
            self.position += len(shard.items)
        lanes = int(mapping.parallelization_factor or 1)
        self._lanes: list[deque[dict[str, Any]]] = [deque() for _ in range(lanes)]
        self._busy = [False] * lanes
        patterns = [rule["Pattern"] for rule in (mapping.filter_criteria or {}).get("Filters", [])]
        self._patterns = [EventPattern.load(pattern) for pattern in patterns]

    def start(self) -> None:
        """One thread reads, one per lane invokes."""
        threading.Thread(target=self._read, daemon=True).start()
        for number in range(len(self._lanes)):
            threading.Thread(target=self._work, args=(number,), daemon=True).start()

    @property
    def active(self) -> bool:
        """Whether the mapping still exists."""
        known = lambda_backends[self._context.account][self._context.region]._event_source_mappings
        return known.get(self._mapping.uuid) is self._mapping

    @property
    def idle(self) -> bool:
        """Whether every record so far has been dealt with."""
        return not (self._unread() or any(self._lanes) or any(self._busy)) or not self._mapping.enabled

    def _unread(self) -> int:
        newest: int = self.shard.starting_sequence_number + len(self.shard.items)
        return newest - int(self.position)

    def _read(self) -> None:
        while self.active:
            with CHANGED:
                CHANGED.wait_for(self._unread, IDLE_SECONDS)
                if not self._mapping.enabled:
                    continue
                records = self.shard.items[max(0, self.position - self.shard.starting_sequence_number) :]
            for record in records:
                self._deal(record)
            with CHANGED:
                self.position += len(records)
                CHANGED.notify_all()

    def _deal(self, record: StreamRecord) -> None:
        event = as_event(record.to_json(), self._mapping.event_source_arn, self._context.region)
        if self._patterns and not any(pattern.matches_event(event) for pattern in self._patterns):
            return
        key = json.dumps(event["dynamodb"]["Keys"], sort_keys=True).encode()
        self._lanes[zlib.crc32(key) % len(self._lanes)].append(event)

    def _work(self, number: int) -> None:
        lane = self._lanes[number]
        batcher = Batcher(self._context, self._mapping, lambda: self.active)
        while self.active:
            batch = self._next_batch(lane, number)
            try:
                if batch:
                    batcher.process(batch)
            finally:
                self._busy[number] = False

    def _next_batch(self, lane: deque[dict[str, Any]], number: int) -> list[dict[str, Any]]:
        size, window = self._mapping.batch_size, float(self._mapping.max_batch_window or 0)
        with CHANGED:
            if not CHANGED.wait_for(lambda: lane, IDLE_SECONDS):
                return []
            CHANGED.wait_for(lambda: len(lane) >= size, window)
            self._busy[number] = True
            return [lane.popleft() for _ in range(min(size, len(lane)))]


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
        mapping: EventSourceMapping = original(backend, spec)
        if ":dynamodb:" in mapping.event_source_arn:
            name = mapping.event_source_arn.split("/")[1]
            table = dynamodb_backends[context.account][context.region].get_table(name)
            table.lambda_event_source_mappings.clear()
            if table.stream_shard is not None:
                reader = StreamReader(context, mapping, table.stream_shard)
                READERS.append(reader)
                reader.start()
        return mapping

    def drain() -> None:
        wait_until(lambda: all(reader.idle for reader in READERS if reader.active), DRAIN_SECONDS)

    original = replace(LambdaBackend, "create_event_source_mapping", create_mapping)
    replace(StreamShard, "add", add_record)
    context.on_stop(drain)
