"""What trying a policy keeps of a decision is a few figures: a million decisions fit into a laptop."""

from __future__ import annotations

import gc
import multiprocessing
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

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


def alone(measured: Callable[[], float]) -> float:
    """What a fresh process measures: the threads that earlier tests left at work here would count too."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measured).result()


def bytes_a_decision_tried() -> float:
    """What is left of each of many decisions once they were tried, in bytes."""
    both = Both(DEFAULT_POLICY, DEFAULT_POLICY)
    tracemalloc.start()
    tried = [both.tried(decided(number)) for number in range(DECISIONS)]
    gc.collect()
    weight, _ = tracemalloc.get_traced_memory()
    assert all(isinstance(one, Tried) for one in tried)
    return weight / DECISIONS


def peak_bytes_of_the_first_row() -> float:
    """The most that reading one row of a long table took, in bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"transaction_id": [str(number) for number in range(50_000)]}), sink)
    body = sink.getvalue().to_pybytes()
    tracemalloc.start()
    assert next(iter(of_table(body))) == {"transaction_id": "0"}
    _, peak = tracemalloc.get_traced_memory()
    return peak


def test_a_decision_that_was_tried_weighs_less_than_800_bytes():
    """It was 9,800 with its values: of a million, 10 GB."""
    assert alone(bytes_a_decision_tried) < 800


def test_a_whole_day_is_read_a_few_rows_at_a_time():
    """The first row is there before the last is made."""
    assert alone(peak_bytes_of_the_first_row) < 3_000_000
