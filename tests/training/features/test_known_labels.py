"""A chunk's labels are as they are known: late, corrected, landed late, and never later than the holdout's first moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from late_world import START_US, VERSION, WEEKS, execute, labels_of, lake, plan
from memory_lake import MemoryLake

from greenfraud.errors import ContractError
from greenfraud.instants import DAY_US
from greenfraud.naming import DATASET_KEY, features_key, features_prefix
from training.features.chunk_file import chunk_table
from training.features.history import RELEASES, arrange, transactions_schema
from training.features.known_labels import JUDGED, TOLD, Told, known_until, relabelled, with_known
from training.features.late_rows import LATE_FILE, Late
from training.features.relabelling import Horizon


def late(lake: MemoryLake, number: int, tmp_path: Any, known_us: int = 0) -> dict[str, bool]:
    """Payment and label of every late row that comes with a week and is new to who learned the weeks before."""
    (tmp_path / LATE_FILE).write_bytes(lake.objects[features_prefix(VERSION, WEEKS[number].id) + LATE_FILE])
    rows = Late.read(tmp_path).new_to([week.id for week in WEEKS[:number]], known_us)
    return dict(zip(rows["transaction_id"].to_pylist(), rows["is_fraud"].to_pylist(), strict=True)) if rows.num_rows else {}


def frauds(lake: MemoryLake, number: int) -> list[str]:
    """The frauds that a week's file tells."""
    table = lake.chunks()[features_key(VERSION, WEEKS[number].id)]
    return table.filter(table["is_fraud"])["transaction_id"].to_pylist()


def test_a_report_that_comes_after_its_chunk_was_learned_comes_with_the_next(tmp_path):
    """And the file of its own chunk says it, for a full refit."""
    found = lake(("x02", True, 24.0))
    execute(found, 0)
    assert frauds(found, 0) == []
    execute(found, 2)
    assert frauds(found, 0) == ["x02"]
    assert late(found, 2, tmp_path) == {"x02": True}


def test_a_correction_comes_with_the_next_chunk(tmp_path):
    """What was a fraud when it was learned is none."""
    found = lake(("x02", True, 5.0), ("x02", False, 24.0))
    execute(found, 0)
    assert frauds(found, 0) == ["x02"]
    execute(found, 2)
    assert (frauds(found, 0), late(found, 2, tmp_path)) == ([], {"x02": False})


def test_a_report_whose_file_landed_late_comes_as_soon_as_it_is_there(tmp_path):
    """Though it says that it was observed in time: who learned without it is told."""
    found, complete = lake(), lake(("x02", True, 5.0))
    execute(found, 0)
    known_us = WEEKS[2].start_us - 1
    found.objects |= {key: body for key, body in complete.objects.items() if key.startswith("labels/")}
    execute(found, 1)
    assert (frauds(found, 0), late(found, 1, tmp_path, known_us)) == (["x02"], {"x02": True})
    execute(found, 2)
    assert late(found, 2, tmp_path, WEEKS[3].start_us - 1) == {}


def test_nothing_that_was_observed_once_the_holdout_had_begun_is_learned(tmp_path):
    """Its first moment is too late already; the moment before is not."""
    start = float((WEEKS[4].start_us - START_US) / DAY_US)
    found = lake(("x02", True, start), ("x03", True, start - 1e-6))
    execute(found, 0)
    execute(found, 2)
    assert (frauds(found, 0), late(found, 2, tmp_path)) == (["x03"], {"x03": True})


def test_an_execution_that_judges_an_earlier_week_knows_no_more_than_was_known_then(tmp_path):
    """Files are taken back to that moment, and forward again afterwards."""
    found = lake(("x02", True, 30.0))
    execute(found, 0)
    execute(found, 3)
    assert frauds(found, 0) == ["x02"]
    execute(found, 1, holdout=3)
    execute(found, 0, holdout=3)
    assert frauds(found, 0) == []
    execute(found, 4)
    assert (frauds(found, 0), late(found, 4, tmp_path)) == (["x02"], {"x02": True})


def test_the_holdout_is_judged_by_what_is_known_now():
    """Beyond its maturity, while its horizon has not come."""
    found = lake(("x16", True, 28.5))
    execute(found, 0)
    assert frauds(found, 2) == ["x16"]


def test_the_same_plan_writes_no_chunk_twice():
    """What a redrive finds stays as it is."""
    found = lake(("x02", True, 24.0), ("x09", True, 11.0))
    execute(found, 0)
    execute(found, 2)
    before = dict(found.objects)
    found.puts_left = 1  # the late rows
    execute(found, 2)
    assert found.objects == before


def test_a_label_beyond_the_horizon_changes_nothing():
    """A chunk's labels are final then."""
    found = lake(("x02", True, 24.0))
    found.objects[DATASET_KEY] = b'{"maturity_days": 7, "label_horizon_days": 10}'
    execute(found, 0)
    execute(found, 4)
    assert frauds(found, 0) == []


@pytest.mark.parametrize("horizon", [6, "90", None])
def test_a_horizon_before_maturity_is_refused(horizon):
    """By its name."""
    with pytest.raises(ContractError, match=r"label_horizon_days is .*expected 7"):
        Horizon.of(plan(WEEKS[0], WEEKS[2]), {"maturity_days": 7, "label_horizon_days": horizon})


@pytest.mark.parametrize("absent", [[], [JUDGED]])
def test_a_file_of_an_earlier_release_learns_what_came_since(absent: list[str]):
    """It tells no moments: what it knew was known when it was mature."""
    found = lake(("x02", True, 24.0), ("x03", True, 5.0))
    execute(found, 0)
    table = found.chunks()[features_key(VERSION, WEEKS[0].id)].drop_columns([TOLD, "is_accepted", "weight", *absent])
    told = Told(labels_of([("x02", True, 24.0), ("x03", True, 5.0)]).sort_by("observed_us"), RELEASES.empty_table())
    known = relabelled(table.replace_schema_metadata(None), told, START_US + 30 * DAY_US, WEEKS[0].end_us + 7 * DAY_US - 1)
    assert known is not None
    assert known.is_fraud[2:4].tolist() == [True, True]
    assert known.told_us[2] == START_US + 24 * DAY_US


days = st.integers(0, 20)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([None, "allow", "block", "review"]), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.booleans(), days), max_size=8, unique_by=lambda label: (label[0], label[2])),
    st.lists(st.tuples(st.integers(0, 5), days), max_size=4),
    days,
    days,
)
def test_a_file_brought_to_a_moment_says_what_one_written_then_would(outcomes, labels, releases, first, then):
    """Forward or back, whatever was decided, told and let go."""
    rows = [
        {"transaction_id": f"x{n}", "occurred_us": START_US, "customer_id": "C", "amount_minor": 1, "decision": outcome}
        for n, outcome in enumerate(outcomes)
    ]
    transactions = pa.Table.from_pylist(rows, transactions_schema())
    told_labels = labels_of([(f"x{n}", is_fraud, day) for n, is_fraud, day in labels])
    let_go = [{**rows[n], "accepted_us": START_US + day * DAY_US} for n, day in releases if n < len(rows)]
    told_releases = pa.Table.from_pylist(let_go, RELEASES)
    history = arrange(transactions, told_labels, told_releases)
    written = [chunk_table(history, slice(0, len(rows)), START_US + day * DAY_US, {}) for day in (first, then)]
    told = Told(told_labels.sort_by("observed_us"), told_releases.sort_by("accepted_us"))
    known = relabelled(written[0], told, START_US + then * DAY_US, 0)
    brought = written[0] if known is None else with_known(written[0], known, START_US + then * DAY_US)
    for name in ("is_fraud", JUDGED):
        assert brought[name].to_pylist() == written[1][name].to_pylist()
    assert known_until(brought.schema, 0) == START_US + then * DAY_US
    changed = np.array(written[0]["is_fraud"].to_pylist()) != np.array(written[1]["is_fraud"].to_pylist())
    if then >= first:
        since = [moment for moment, has in zip(brought[TOLD].to_pylist(), changed.tolist(), strict=True) if has]
        assert all(moment > START_US + first * DAY_US for moment in since)
