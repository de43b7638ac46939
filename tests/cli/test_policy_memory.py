"""What trying a policy keeps of a decision is a few figures: a million decisions fit into a laptop."""

from __future__ import annotations

import gc
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq

from cli.policy.kept import Kept, of_table
from cli.policy.trial import Both, Tried
from greenfraud.features.manifest import load_manifest
from greenfraud.policy import DEFAULT_POLICY, Payment

NAMES = load_manifest().names
DECISIONS = 2_000


def decided(number: int) -> Kept:
    """A decision with a value of every feature."""
    values = {name: float(number) for name in NAMES}
    payment = Payment(values, 100 + number, "EUR", 1_526_000_000_000_000 + number, f"customer-{number % 50:09d}", "M1")
    return Kept(f"transaction-{number:09d}", payment, number / DECISIONS, "allow", "ours-1", frozenset(values))


def test_a_decision_that_was_tried_weighs_less_than_800_bytes():
    """It was 9,800 with its values: of a million, 10 GB."""
    both = Both(DEFAULT_POLICY, DEFAULT_POLICY)
    tracemalloc.start()
    tried = [both.tried(decided(number)) for number in range(DECISIONS)]
    gc.collect()
    weight, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(isinstance(one, Tried) for one in tried)
    assert weight / DECISIONS < 800


def test_a_whole_day_is_read_a_few_rows_at_a_time():
    """The first row is there before the last is made."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"transaction_id": [str(number) for number in range(50_000)]}), sink)
    body = sink.getvalue().to_pybytes()
    tracemalloc.start()
    assert next(iter(of_table(body))) == {"transaction_id": "0"}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
