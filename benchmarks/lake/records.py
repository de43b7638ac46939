"""A day's records as they land and as they are merged, by the code that does either."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.lake.layouts import FIRST_DAY, REPORTED_SHARE, SECONDS_A_DAY, Layout, batches_a_day
from greenfraud.instants import DAY_US, start_of_day_us
from greenfraud.records import Label, Transaction
from training.compaction.kinds import Kind, kinds
from training.compaction.merged_file import write_merged

PART_ROWS = 50_000
CUSTOMERS, TERMINALS = 5_000, 10_000  # per payment a second


def contents(layout: Layout) -> dict[str, bytes]:
    """Return the content of a small file and of a merged one, per kind."""
    at_us, rate = start_of_day_us(FIRST_DAY), layout.payments_a_second
    rows = round(rate * SECONDS_A_DAY / batches_a_day(rate))
    payments = [
        Transaction(f"t{number:012}", at_us + number, f"c{number}", f"m{number}", 1_000 + number) for number in range(max(1, rows))
    ]
    label = Label(payments[0].transaction_id, is_fraud=True, observed_us=at_us)
    known = {"transactions.jsonl": _lines([one.lake_row() for one in payments]), "labels.jsonl": _lines([label.lake_row()])}
    if layout.is_compacted:
        known["transactions.parquet"] = _merged(kinds()["transactions"], days_payments(rate, in_order=True))
        known["labels.parquet"] = _merged(kinds()["labels"], [_labels(round(rate * REPORTED_SHARE * SECONDS_A_DAY), at_us)])
    return known


def days_payments(payments_a_second: float, *, in_order: bool, share: float = 1.0) -> Iterator[pa.Table]:
    """Yield a day's payments in parts, in time order or each part from all over the day."""
    rows, schema = round(payments_a_second * SECONDS_A_DAY * share), kinds()["transactions"].stored
    chance, at_us = np.random.default_rng(7), start_of_day_us(FIRST_DAY)
    parts = -(-rows // PART_ROWS)
    for part in range(parts):
        number = np.arange(part * PART_ROWS, min(rows, (part + 1) * PART_ROWS)) if in_order else np.arange(part, rows, parts)
        columns = {
            "transaction_id": _ids("t", number),
            "occurred_us": pa.array(at_us + number * (DAY_US // rows)),
            "customer_id": _ids("c", chance.integers(0, max(1, int(CUSTOMERS * payments_a_second)), len(number))),
            "terminal_id": _ids("m", chance.integers(0, max(1, int(TERMINALS * payments_a_second)), len(number))),
            "amount_minor": pa.array(chance.integers(100, 100_000, len(number))),
        }
        yield pa.table([columns.get(field.name, pa.nulls(len(number), field.type)) for field in schema], schema=schema)


def _labels(rows: int, at_us: int) -> pa.Table:
    schema = kinds()["labels"].stored
    number = np.arange(max(1, rows))
    known = {
        "transaction_id": _ids("t", number),
        "is_fraud": pa.array([True] * len(number)),
        "observed_us": pa.array(at_us + number),
    }
    known["source"] = pa.array(["bank"] * len(number))
    return pa.table([known.get(field.name, pa.nulls(len(number), field.type)) for field in schema], schema=schema)


def _ids(letter: str, number: np.ndarray) -> pa.Array:
    return pa.array(np.char.add(letter, np.char.zfill(number.astype(str), 12)).tolist(), pa.string())


def _merged(kind: Kind, parts: object) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "merged"
        write_merged(path, kind.stored, parts)  # type: ignore[arg-type]
        return path.read_bytes()


def _lines(rows: list[dict[str, object]]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
