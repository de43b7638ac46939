"""A declared extra column goes from the wire through the lake into the feature chunks, and means the same at the score."""

from __future__ import annotations

import json
import math

from memory_lake import MemoryLake
from training_world import FIRST_DAY, make_world

from greenfraud.chunks import chunks_between
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import Manifest
from greenfraud.instants import DAY_US, format_rfc3339, start_of_day_us
from greenfraud.records import Transaction
from tests.extra_columns import declared  # noqa: F401
from training.features.chunk_writing import write_chunks

START_US = start_of_day_us(FIRST_DAY)


def test_an_extra_column_becomes_a_feature_by_declaring_it(declared: Manifest):  # noqa: F811
    """Beside days that were imported before anyone declared it."""
    lake = MemoryLake(*make_world(days=13))
    extras = [{"distance_km": 3, "channel": "app"}, {"distance_km": 0.25, "channel": "till"}, {}]
    body = {"customer_id": "c1", "terminal_id": "m1", "amount": "12.50"}
    days = [{"transaction_id": f"live{n}", "occurred_at": format_rfc3339(START_US + 13 * DAY_US + n)} for n in range(3)]
    live = [Transaction.from_json({**body, **day, **extra}) for day, extra in zip(days, extras, strict=True)]
    lines = "".join(json.dumps(transaction.lake_row()) + "\n" for transaction in live)
    lake.objects["transactions/dt=2018-04-14/landing-1.jsonl"] = lines.encode()
    write_chunks(lake, chunks_between(FIRST_DAY, START_US + 14 * DAY_US))
    older, newer = (table.select(["distance", "is_remote"]).to_pylist() for table in lake.chunks().values())
    assert all(row == {"distance": None, "is_remote": None} for row in older)
    built = newer[-3:]
    assert built == [
        {"distance": 3.0, "is_remote": 1.0},
        {"distance": 0.25, "is_remote": 0.0},
        {"distance": None, "is_remote": None},
    ]
    for transaction, row in zip(live, built, strict=True):
        scored = compute(declared, (None, None), transaction.occurred_us, transaction.amount_minor, transaction.extras)
        assert {name: scored[name] for name in row} == row
    assert not any(isinstance(value, float) and math.isnan(value) for row in built for value in row.values())
