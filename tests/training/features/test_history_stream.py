"""The builder that reads day by day and forgets gives, to the bit, what the whole history gives."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from memory_lake import MemoryLake

from greenfraud.chunks import Chunk, chunks_between
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, start_of_day_us
from greenfraud.naming import features_key
from greenfraud.outcomes import ALLOW, BLOCK, REVIEW, accepted_at_once
from training.features.chunk_file import chunk_table
from training.features.feature_matrix import FeatureMatrix, buffer_us
from training.features.history import LABELS, OUTCOME_COLUMNS, RELEASES, TRANSACTIONS, read_history
from training.features.history_stream import HistoryStream
from training.steps import features as step

FIRST_DAY, DAYS = date(2017, 1, 1), 560
START_US = start_of_day_us(FIRST_DAY)
MANIFEST = load_manifest()
MATURITY_US = 7 * DAY_US
CHUNKS = chunks_between(FIRST_DAY, START_US + DAYS * DAY_US)
# Past the buffer as well: such a report is about a transaction that was left behind.
DELAYS_DAYS = (0, 1, 7, 30, 89, 92, 120, 200)
OUTCOMES = (ALLOW, ALLOW, REVIEW, REVIEW, BLOCK)
Records = tuple[pa.Table, pa.Table, pa.Table]  # transactions, labels, releases


@pytest.fixture(scope="module")
def records() -> Records:
    """Entities that are silent for months, or for more than the year after which they count as never seen.

    Some of their payments are held or declined, and most of those that are held are released, some of them after months.
    """
    draw = np.random.default_rng(20170101)
    rows = []
    for customer in range(30):
        active = np.sort(draw.choice(DAYS, 3, replace=False)) if customer % 3 else draw.choice([5, 380, 400, 500], 2, replace=False)
        for day in active:
            at_us = START_US + day * DAY_US + draw.integers(0, 5 * DAY_US, 12)
            rows += [(int(us), f"c{customer}", _terminal(draw), int(draw.integers(0, 50_000))) for us in at_us]
    rows += [(START_US + day * DAY_US, "daily", "m-daily", 100 + day) for day in range(DAYS)]
    names = [f"t{row}" for row in draw.permutation(len(rows))]
    transactions = [
        (name, us, customer, terminal, amount) for name, (us, customer, terminal, amount) in zip(names, rows, strict=True)
    ]
    labels, outcomes = _labels(draw, transactions), [str(draw.choice(OUTCOMES)) for _ in transactions]
    table = _table(transactions, TRANSACTIONS)
    accepted = [accepted_at_once(outcome, row[1]) for outcome, row in zip(outcomes, transactions, strict=True)]
    for column, values in zip(OUTCOME_COLUMNS, (outcomes, accepted), strict=True):
        table = table.append_column(column, pa.array(values, column.type))
    return table, _table(labels, LABELS), _table(_releases(draw, transactions, outcomes), RELEASES)


def _terminal(draw: np.random.Generator) -> str | None:
    number = int(draw.integers(0, 25))
    return None if number == 0 else f"m{number}"


def _labels(draw: np.random.Generator, transactions: list[tuple]) -> list[tuple]:
    labels = [("unknown", True, START_US + 300 * DAY_US, "bank")]
    for name, occurred_us, *_ in (transactions[row] for row in draw.choice(len(transactions), 150, replace=False)):
        first_us = occurred_us + int(draw.choice(DELAYS_DAYS)) * DAY_US + int(draw.integers(0, DAY_US))
        labels.append((name, True, first_us, "bank"))
        if draw.random() < 0.3:
            labels.append((name, bool(draw.random() < 0.5), first_us + int(draw.choice(DELAYS_DAYS)) * DAY_US + 1, "analyst"))
    return labels


def _releases(draw: np.random.Generator, transactions: list[tuple], outcomes: list[str]) -> list[tuple]:
    """Some are released in the last microsecond of a day, or the first of the next."""
    releases = []
    for (name, occurred_us, *payment), outcome in zip(transactions, outcomes, strict=True):
        if outcome == REVIEW and draw.random() < 0.8:
            accepted_us = occurred_us + int(draw.choice(DELAYS_DAYS)) * DAY_US + int(draw.integers(1, DAY_US))
            border_us = accepted_us // DAY_US * DAY_US + int(draw.integers(DAY_US - 1, DAY_US + 1))
            releases.append((name, occurred_us, *payment, border_us if draw.random() < 0.3 else accepted_us))
    return [*releases, *releases[:5]]  # some landed twice


def _table(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)], schema=schema
    )


def from_the_whole(lake: MemoryLake, chunks: list[Chunk]) -> dict[str, pa.Table]:
    """The chunks, computed with all of the history in memory."""
    history = read_history(lake)
    matrix = FeatureMatrix(MANIFEST, history)
    tables = {}
    for chunk in chunks:
        rows = history.rows_between(chunk.start_us, chunk.end_us)
        table = chunk_table(history, rows, chunk.end_us + MATURITY_US, matrix.columns(rows))
        tables[features_key(MANIFEST.version, chunk.id)] = table
    return tables


@pytest.mark.parametrize("wanted", [slice(None), slice(60, 64), slice(10, None, 17)], ids=["all", "four late ones", "some"])
def test_the_stream_gives_the_bits_of_the_whole(records: Records, wanted: slice):
    """Whichever chunks are missing, and whatever was left behind before them."""
    lake = MemoryLake(*records)
    step.write_chunks(lake, CHUNKS[wanted])
    expected = from_the_whole(lake, CHUNKS[wanted])
    assert lake.chunks().keys() == expected.keys()
    for key, table in lake.chunks().items():
        for name in table.column_names:
            assert table[name].equals(expected[key][name]), (key, name)


def test_the_world_asks_about_what_was_left_behind(records: Records):
    """Otherwise the test above would prove little: silences beyond the buffer and beyond a year, and late reports."""
    tables = from_the_whole(MemoryLake(*records), CHUNKS)
    silent = np.concatenate([table["customer_seconds_since_last"].to_numpy() for table in tables.values()])
    reported = np.concatenate([table["terminal_seconds_since_report"].to_numpy() for table in tables.values()])
    buffer_seconds = buffer_us(MANIFEST) / 1e6
    assert (silent > buffer_seconds).sum() > 5
    assert (reported > buffer_seconds).sum() > 5
    transactions, labels, _ = records
    occurred = dict(zip(transactions["transaction_id"].to_pylist(), transactions["occurred_us"].to_pylist(), strict=True))
    lags = [
        us - occurred.get(name, us)
        for name, us in zip(labels["transaction_id"].to_pylist(), labels["observed_us"].to_pylist(), strict=True)
    ]
    assert sum(lag > buffer_us(MANIFEST) for lag in lags) > 5


def test_what_was_released_by_a_moment_is_known_and_read_once(records: Records):
    """Also the releases of days after the newest transaction asked for."""
    lake = MemoryLake(*records)
    stream = HistoryStream(lake, buffer_us(MANIFEST))
    for chunk in CHUNKS:
        history = stream.advance(chunk.start_day, chunk.end_day, chunk.end_us + MATURITY_US)
        told = records[2].filter(pc.less(records[2]["accepted_us"], chunk.end_us + MATURITY_US + DAY_US))
        assert history.releases.accepted_us[-1] == pc.max(told["accepted_us"]).as_py()
    days = lake.days_read("releases")
    assert len(days) == len(set(days))


def test_a_week_reads_no_more_than_a_year_and_the_buffer_before_it(records: Records):
    """Older days are left alone; of the labels, those until the week's are mature."""
    lake = MemoryLake(records[0], records[1].slice(0, 0), records[2])
    chunk = CHUNKS[-3]
    step.write_chunks(lake, [chunk])
    oldest = chunk.start_day - timedelta(days=buffer_us(MANIFEST) // DAY_US + 1 + 367)
    assert oldest <= min(lake.days_read("transactions")) <= oldest + timedelta(days=2)
    assert max(lake.days_read("transactions")) == chunk.end_day - timedelta(days=1)


def test_memory_holds_the_buffer_and_one_row_or_two_per_entity(records: Records):
    """The history handed out for a late chunk is not longer than that of an early one, but for the entities."""
    stream = HistoryStream(MemoryLake(*records), buffer_us(MANIFEST))
    for chunk in CHUNKS[::4]:  # a month apart; what was reported late is looked up anew for each
        history = stream.advance(chunk.start_day, chunk.end_day, chunk.end_us + MATURITY_US)
        old = int((history.occurred_us < chunk.start_us - buffer_us(MANIFEST) - DAY_US).sum())
        late_reports = 150
        assert old <= 2 * sum(map(len, history.ids.values())) + late_reports


def test_an_interrupted_job_leaves_whole_chunks_and_the_next_goes_on(records: Records):
    """What is there is not computed again."""
    plan = {"families": [{"chunks": [{"chunks": [chunk.id]} for chunk in CHUNKS[:8]]}], "holdout": {"chunk": CHUNKS[9].id}}
    lake = MemoryLake(*records)
    lake.puts_left = 3
    with pytest.raises(InterruptedError):
        step.write_chunks(lake, step.missing_chunks(lake, plan))
    written = len(lake.chunks())
    assert 0 < written < 9
    lake.puts_left = None
    missing = step.missing_chunks(lake, plan)
    assert len(missing) == 9 - written
    step.write_chunks(lake, missing)
    whole = from_the_whole(lake, [*CHUNKS[:8], CHUNKS[9]])
    assert {key: table.equals(whole[key]) for key, table in lake.chunks().items()} == dict.fromkeys(whole, True)
    assert step.missing_chunks(lake, plan) == []


def test_jobs_that_train_nothing_do_without_torch() -> None:
    """It is a quarter of a gigabyte that they would hold in memory for nothing."""
    steps = [f"import training.steps.{name}" for name in ("features", "materialize", "monitor", "reconcile")]
    subprocess.run([sys.executable, "-c", "; ".join([*steps, "import sys", "assert 'torch' not in sys.modules"])], check=True)
