"""A day of a lake as ingestion leaves it, its merge, and what a reader makes of it."""

from __future__ import annotations

import io
import json
from datetime import date

import pyarrow.parquet as pq
from faulty_lake import FaultyLake

from greenfraud.whole_days import whole_day_key
from training.compaction.day_compaction import DayCompaction
from training.compaction.kinds import kinds
from training.features.history import read_history
from training.features.record_file import records_of

DAY = date(2018, 5, 1)
KINDS = kinds()
AT_US = 1_525_132_800_000_000
BEYOND_A_DOUBLE = 2**53 + 1


def transaction(number: int, **more: object) -> dict[str, object]:
    """A landed row."""
    row = {"transaction_id": f"t{number}", "occurred_us": AT_US + BEYOND_A_DOUBLE % 10**9 + number, "customer_id": "c1"}
    return {**row, "terminal_id": None, "amount_minor": 100 + number, **more}


def label(number: int, *, is_fraud: bool = True, source: str = "bank") -> dict[str, object]:
    """A landed report."""
    return {"transaction_id": f"t{number}", "is_fraud": is_fraud, "observed_us": AT_US + number, "source": source}


def land(lake: FaultyLake, kind: str, name: str, *rows: dict[str, object]) -> None:
    """Write a small file as ingestion does."""
    lake.objects[f"{kind}/dt={DAY}/landing-{name}.jsonl"] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def compact(lake: FaultyLake, kind: str = "transactions", **settings: int) -> DayCompaction:
    """Merge a day."""
    compaction = DayCompaction(lake, KINDS[kind], DAY, **settings)
    compaction.run()
    return compaction


def compact_both(lake: FaultyLake, **settings: int) -> None:
    """Merge transactions, then labels."""
    for kind in ("transactions", "labels"):
        compact(lake, kind, **settings)


def whole(lake: FaultyLake, kind: str = "transactions") -> list[dict[str, object]]:
    """The rows of the merged file."""
    return records_of(pq.read_table(io.BytesIO(lake.objects[whole_day_key(kind, DAY)])))


def known(lake: FaultyLake) -> tuple[list[str], list[tuple[int, bool]]]:
    """What a reader makes of the lake: transactions in order, and the distinct labels about them."""
    history = read_history(lake)
    labels = zip(history.label_row.tolist(), history.label_is_fraud.tolist(), strict=True)
    return history.table["transaction_id"].to_pylist(), sorted(set(labels))
