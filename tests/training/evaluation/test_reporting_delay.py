"""Which share of a week's frauds is still to come follows from how long the reports seen so far have taken."""

from __future__ import annotations

import doctest

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.instants import DAY_US
from training.evaluation import reporting_delay
from training.evaluation.reporting_delay import Delays, labels_of, to_come
from training.features.known_labels import KNOWN, TOLD


def chunk(occurred_days: list[float], told_days: list[float | None], known_day: float) -> pa.Table:
    """Payments, when each was reported as a fraud, and up to when the file knows that."""
    columns = {
        "occurred_us": pa.array([int(day * DAY_US) for day in occurred_days], pa.int64()),
        "is_fraud": pa.array([day is not None for day in told_days]),
        TOLD: pa.array([None if day is None else int(day * DAY_US) for day in told_days], pa.int64()),
    }
    return pa.table(columns).replace_schema_metadata({KNOWN: str(int(known_day * DAY_US)).encode()})


def test_the_example_is_true():
    """Of the docstring."""
    assert doctest.testmod(reporting_delay).attempted > 0
    assert doctest.testmod(reporting_delay).failed == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_where_every_report_could_be_seen_it_is_the_share_reported_by_then(days: list[int]):
    """Nothing is truncated."""
    took = np.array(days)
    found = Delays(took, np.full(len(took), 9)).reported()
    assert found == pytest.approx([np.mean(took <= day) for day in range(10)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=80))
def test_shares_rise_from_day_to_day_to_all(rows: list[tuple[int, int]]):
    """Whatever was seen."""
    took, could = (np.array(column) for column in zip(*rows, strict=True))
    kept = took <= could
    found = Delays(took[kept], could[kept]).reported()
    assert (np.diff(found) >= -1e-12).all()
    assert ((found >= -1e-12) & (found <= 1.0)).all()
    assert not len(found) or found[-1] == 1.0


def test_young_weeks_do_not_make_reports_look_sooner_than_they_are():
    """A steady stream of frauds with delays of 3 to 60 days, seen up to a moment: the truth within three points."""
    chance = np.random.default_rng(4)
    occurred, took = chance.uniform(0, 120, 6_000), chance.uniform(3, 60, 6_000)
    seen = occurred + took < 120
    delays = Delays.of([chunk(occurred[seen].tolist(), (occurred + took)[seen].tolist(), 120)])
    reported = delays.reported()
    truth = np.clip((np.arange(1, 61) - 3) / 57, 0, 1)
    assert np.abs(reported[:60] - truth).max() < 0.03
    naive = np.array([np.mean(took[seen] <= day) for day in range(1, 61)])
    assert np.abs(naive - truth).max() > 0.05
    share = to_come(delays, np.full(100, 14))["frauds_to_come_share"]
    assert share == pytest.approx(1 - 11 / 57, abs=0.03)


def test_an_evaluation_says_how_many_frauds_came_late():
    """After its chunk's labels were mature, seven days after the payment."""
    holdout = chunk([0, 0, 0], [None, 6.9, 7.1], 14)
    assert labels_of(holdout, [holdout], 7)["late_frauds"] == 1


def test_too_few_reports_say_so():
    """No share out of chance."""
    found = to_come(Delays(np.array([1, 2]), np.array([9, 9])), np.array([3]))
    assert found["frauds_to_come_share"] is None
    assert found["to_come_reason"] == "fewer than 30 reports to estimate from"


def test_files_of_earlier_releases_tell_no_delays():
    """They say neither when a report came nor up to when they know."""
    old = chunk([0.0], [5.0], 9).drop_columns([TOLD]).replace_schema_metadata(None)
    assert len(Delays.of([old]).days) == 0
    assert labels_of(old, [old], 7)["late_frauds"] == 0
