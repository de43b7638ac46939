"""The lake benchmark reads what it says, on a small scale."""

from __future__ import annotations

import io
from itertools import pairwise

import pyarrow.parquet as pq
import pytest

from benchmarks.lake.__main__ import CREDENTIALS, _environment
from benchmarks.lake.layouts import DAYS, Layout, batches_a_day
from benchmarks.lake.records import contents
from benchmarks.lake.simulated_s3 import PAGE, simulated_s3
from benchmarks.own_process import run
from greenfraud.naming import day_prefix
from greenfraud.whole_days import whole_day_key
from training.features.history import transactions_schema
from training.features.record_file import read_file


def test_small_files_are_as_many_as_batches_and_never_more_than_events():
    """A rare event is a batch alone; busy shards are asked four times a second, for 100 at most."""
    assert batches_a_day(0.001) == pytest.approx(86.4, abs=1)
    assert batches_a_day(400) == 86_400 * 4
    assert batches_a_day(1_000) == 86_400 * 10
    assert all(batches_a_day(rate) < rate * 86_400 for rate in (0.1, 1, 10, 50))


def test_a_layouts_keys_are_in_order_and_its_closed_days_have_one_file():
    """As S3 would list them."""
    small, merged = Layout(0.01, is_compacted=False), Layout(0.01, is_compacted=True)
    keys = small.keys("transactions", DAYS[0], 0, 2_000)
    assert len(keys) == small.names("transactions", DAYS[0])[0] == batches_a_day(0.01)
    assert all(one < other for one, other in pairwise(keys))
    assert keys[10:20] == small.keys("transactions", DAYS[0], 10, 10)
    assert merged.keys("labels", DAYS[0], 0, 10) == [whole_day_key("labels", DAYS[0])]
    assert merged.files() == 2 * (len(DAYS) - 1) + sum(small.names(kind, DAYS[-1])[0] for kind in ("transactions", "labels"))


@pytest.mark.parametrize("is_compacted", [True, False])
def test_the_job_reads_a_day_of_either_layout(is_compacted):
    """By its own code, over HTTP; the day has its rate's payments, or its small files' one batch, which all of them repeat."""
    layout = Layout(0.02, is_compacted=is_compacted, sampled=PAGE + 1)
    with simulated_s3(layout) as url, _environment(AWS_ENDPOINT_URL=url, **CREDENTIALS):
        assert run("-m", "benchmarks.lake.job", "begin").result["rows"] == (0.02 * 86_400 if is_compacted else 1)


def test_small_and_merged_files_say_what_the_lakes_do():
    """Rows by the schema that training reads."""
    known = contents(Layout(0.02, is_compacted=True))
    assert pq.read_metadata(io.BytesIO(known["transactions.parquet"])).num_rows == 0.02 * 86_400
    landed = read_file(f"{day_prefix('transactions', DAYS[0])}landing-0.jsonl", known["transactions.jsonl"], transactions_schema())
    assert landed["transaction_id"].to_pylist() == ["t000000000000"]
