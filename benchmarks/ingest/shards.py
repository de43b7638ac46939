"""Shards of the stream, each with a writer of its own, delivered as Lambda does: in batches, again from the first failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.ingest.embedded import LAKE
from benchmarks.ingest.traffic import Record
from benchmarks.ingest.wire import WriterCrashError
from functions.ingest.emissions import Grid
from functions.ingest.ingestion import Ingestion
from functions.ingest.landing import Lake
from functions.ingest.online import OnlineStates
from greenfraud.features.manifest import load_manifest
from greenfraud.rejections import RejectedQueue

BATCH_SIZE = 100  # of the deployed event source
IDLE_SECONDS = 0.001


def ingestion(dynamodb: Any, s3: Any, sqs: Any, queue_url: str, receipts: str) -> Ingestion:
    """The function's own parts over these clients."""
    manifest = load_manifest()
    return Ingestion(
        {name: view.table for name, view in manifest.views.items()},
        manifest,
        states=OnlineStates(lambda: dynamodb, receipts),
        lake=Lake(lambda: s3, LAKE, Grid(8.0, 1.135), manifest),
        rejected=RejectedQueue(lambda: sqs, queue_url),
    )


def deliver(ingest: Ingestion, batch: Sequence[Record]) -> None:
    """One batch, until all of it is taken; a crash of the function makes Lambda deliver it whole again."""
    while batch:
        try:
            failures = ingest.ingest(batch)["batchItemFailures"]
        except WriterCrashError:
            continue
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        batch = batch[min(numbers.index(failure["itemIdentifier"]) for failure in failures) :] if failures else ()


def drain(ingest: Ingestion, records: Sequence[Record], batch_size: int = BATCH_SIZE) -> None:
    """A shard that is full already."""
    for start in range(0, len(records), batch_size):
        deliver(ingest, records[start : start + batch_size])


def follow(ingest: Ingestion, records: Sequence[Record], per_second: float, first_second: float) -> None:
    """A shard that gets `per_second` records; a batch is what has come while the one before it was ingested."""
    done = 0
    while done < len(records):
        come = min(len(records), int((time.monotonic() - first_second) * per_second) + 1)
        if come <= done:
            time.sleep(IDLE_SECONDS)
            continue
        batch = records[done : min(come, done + BATCH_SIZE)]
        deliver(ingest, batch)
        done += len(batch)


def at_once(work: Sequence[Callable[[], None]]) -> float:
    """Run all of it, a thread each; the seconds it took. Raises what any of them raised."""
    errors: list[BaseException] = []

    def run(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:  # a thread's error must not end in silence
            errors.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return time.monotonic() - started
