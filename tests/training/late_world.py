"""A lake of one payment a day whose labels come late, and what the features job does for executions that learn its weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from memory_lake import MemoryLake

from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, format_rfc3339
from greenfraud.naming import features_key
from training.features.chunk_writing import write_chunks
from training.features.history import LABELS, TRANSACTIONS
from training.features.relabelling import relabel

FIRST = date(2018, 4, 1)
WEEKS = [Chunk(FIRST + timedelta(days=7 * n), FIRST + timedelta(days=7 * n + 7)) for n in range(8)]
START_US = WEEKS[0].start_us
VERSION = load_manifest().version


def lake(*labels: tuple[str, bool, float]) -> MemoryLake:
    """One payment a day for eight weeks, and labels (payment, is it a fraud, day on which it was told)."""
    rows = [
        {
            "transaction_id": f"x{day:02}",
            "occurred_us": START_US + day * DAY_US,
            "customer_id": "C",
            "terminal_id": "T",
            "amount_minor": 1_000,
        }
        for day in range(56)
    ]
    return MemoryLake(pa.Table.from_pylist(rows, TRANSACTIONS), labels_of(labels))


def labels_of(labels: Any) -> pa.Table:
    """Labels as the lake has them."""
    told = [
        {"transaction_id": name, "is_fraud": is_fraud, "observed_us": START_US + int(day * DAY_US), "source": "bank"}
        for name, is_fraud, day in labels
    ]
    return pa.Table.from_pylist(told, LABELS)


def plan(learned: Chunk, holdout: Chunk) -> dict[str, Any]:
    """One family learns one chunk."""
    return {
        "families": [{"family": "light", "chunks": [{"chunk": learned.id, "chunks": [learned.id]}]}],
        "holdout": {"chunk": holdout.id},
        "as_of": format_rfc3339(holdout.end_us + 8 * DAY_US),
    }


def execute(lake: MemoryLake, number: int, holdout: int | None = None) -> None:
    """What the features job does for an execution that learns a week, two weeks before its holdout."""
    judged = WEEKS[number + 2 if holdout is None else holdout]
    needed = [WEEKS[number], judged]
    if missing := [chunk for chunk in needed if features_key(VERSION, chunk.id) not in lake.objects]:
        write_chunks(lake, missing)
    relabel(lake, plan(WEEKS[number], judged), needed)
