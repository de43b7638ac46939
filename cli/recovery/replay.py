"""Hands what waits to the real function, in batches, and takes its word for each event."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cli.recovery.stored import Stored
from cli.recovery.waiting import Record, Waiting
from greenfraud import redelivery
from greenfraud.items import casework, receipt

BATCH_RECORDS = 100  # as the stream's own source
BATCH_BYTES = 4_000_000  # an invocation takes 6 MB
PAUSES_SECONDS = (1.0, 3.0)  # before a second and a third try of what the store did not take
TOO_OLD = "was written before the oldest receipt: nobody can tell whether its states have it; `greenfraud rebuild` mends them"
GONE = "is not in the decisions table any more: it expired, or its person was forgotten"
NAMELESS = "a record of it names no transaction"
BROKEN = "the function failed"
AWAY = "the store did not take it: is it throttled or away? Run redrive again"  # or the bus


# What became of events: new in the states, landed anew though they were counted before, or left where they wait.
Tally = Counter[str]
NEW, LANDED, LEFT = "new", "landed", "left"


@dataclass(frozen=True)
class Replay:
    """A function of one deployment; with `only_looks` it is asked nothing, and everything else is the same.

    `has_receipts` says whether receipts tell what it took before: what is told twice on the bus has the same id instead.
    """

    client: Any
    function: str
    stored: Stored
    only_looks: bool = False
    has_receipts: bool = True
    sleep: Callable[[float], None] = time.sleep

    def take(self, waiting: Sequence[Waiting], tally: Tally) -> None:
        """Ingest the records of all of these; whatever is left waiting says why."""
        named = [(one, record) for one in waiting if not one.why for record in one.records if _is_event(record)]
        keys = [key for _, record in named if (key := redelivery.keys_of(record)) is not None]
        known = self.stored.items(keys)
        counted = self.stored.counted(receipt.event_id(*key) for key in keys) if self.has_receipts else set()
        fit = []
        for one, record in named:
            reason = _unfit(record, known, counted if self.has_receipts else None)
            if reason is None:
                fit.append((one, record))
            else:
                one.stay(reason)
        self._ingest([entry for entry in fit if not entry[0].why], counted, tally)
        tally[LEFT] += sum(len(one.records) for one in waiting if one.why)

    def is_in_vain(self, batch: Sequence[Waiting]) -> bool:
        """Whether the store or the function took nothing of a batch, so that the next will fare no better."""
        return all(one.why and (one.why[0] == AWAY or one.why[0].startswith(BROKEN)) for one in batch)

    def _ingest(self, entries: list[tuple[Waiting, Record]], counted: set[str], tally: Tally) -> None:
        asks = entries and not self.only_looks
        failures = self._answers([record for _, record in entries]) if asks else {}
        for number, (one, _) in enumerate(entries):
            if number in failures:
                one.stay(failures[number])
        for one, record in entries:
            if not one.why:
                key = redelivery.keys_of(record)
                tally[LANDED if key is not None and receipt.event_id(*key) in counted else NEW] += 1

    def _answers(self, records: Sequence[Record]) -> dict[int, str]:
        """By position, why a record was not ingested."""
        told: dict[int, str] = {}
        left = self._try(range(len(records)), records, told)
        for pause in PAUSES_SECONDS:
            if left:
                self.sleep(pause)
                left = self._try(list(left), records, told)
        return told | left

    def _try(self, positions: Sequence[int], records: Sequence[Record], told: dict[int, str]) -> dict[int, str]:
        """Ask once for these; what may succeed later. A record that breaks the function is found by halves."""
        answer = self._invoke([records[position] for position in positions])
        if isinstance(answer, str):
            if len(positions) == 1:
                return {positions[0]: answer}
            middle = len(positions) // 2
            return self._try(positions[:middle], records, told) | self._try(positions[middle:], records, told)
        told |= {positions[int(one["itemIdentifier"])]: _words(one) for one in answer["rejected"] if _matters(one)}
        return {positions[int(one["itemIdentifier"])]: AWAY for one in answer["batchItemFailures"]}

    def _invoke(self, records: Sequence[Record]) -> dict[str, Any] | str:
        """The function's answer, or how it failed as a whole."""
        payload = json.dumps(redelivery.event(redelivery.numbered(records))).encode()
        answer = self.client.invoke(FunctionName=self.function, Payload=payload)
        content = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            kind = content.get("errorType", "unknown") if isinstance(content, dict) else "unknown"
            return f"{BROKEN} ({kind}): its log tells why"
        found: dict[str, Any] = content
        return found


def batches_of(waiting: Iterable[Waiting]) -> Iterator[list[Waiting]]:
    """As many together as one invocation holds; a thing with more of its own goes alone."""
    batch: list[Waiting] = []
    records = size = 0
    for one in waiting:
        length = sum(len(json.dumps(record)) for record in one.records)
        if batch and (records + len(one.records) > BATCH_RECORDS or size + length > BATCH_BYTES):
            yield batch
            batch, records, size = [], 0, 0
        batch.append(one)
        records, size = records + len(one.records), size + length
    if batch:
        yield batch


def _is_event(record: Record) -> bool:
    """Whether features could learn from it: neither a change of an item, nor what people did about a doubt."""
    _, kind = redelivery.keys_of(record) or ("", "")
    return record.get("eventName") == "INSERT" and kind != casework.KIND


def _unfit(record: Record, known: dict[tuple[str, str], Any], counted: set[str] | None) -> str | None:
    """Why a record must not be taken now; None for one that may. Without receipts age is no reason."""
    key = redelivery.keys_of(record)
    if key is None:
        return NAMELESS
    if key not in known:
        return GONE
    if counted is None or receipt.event_id(*key) in counted:
        return None
    written_at = redelivery.written_at(record)
    return None if written_at is not None and time.time() - written_at < redelivery.TRUSTED_SECONDS else TOO_OLD


def _matters(rejection: dict[str, str]) -> bool:
    """A receipt whose note on emissions is damaged still says that its event is counted, and it has landed."""
    return not (rejection["reason"] == "item_damaged" and rejection["at"].startswith(f"{receipt.KIND}."))


def _words(rejection: dict[str, str]) -> str:
    said = f"{rejection['reason']}: {rejection['error']} at {rejection['at']}"
    return f"{said}; it is in the lake, and `greenfraud rebuild` mends the state" if rejection["reason"] == "item_damaged" else said
