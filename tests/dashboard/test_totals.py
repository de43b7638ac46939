"""Sums of emissions records."""

from __future__ import annotations

from datetime import timedelta

import pytest
from platform_past import BEGIN, emission

from cli.dashboard.totals import MOST_PERIODS, grams_per_1000, kind_of, length_of, periods, total_grams


def after(seconds, **changes):
    """A record of an evaluation, so long after the beginning."""
    return emission("evaluate", recorded_at=(BEGIN + timedelta(seconds=seconds)).isoformat(), **changes)


@pytest.mark.parametrize(
    ("seconds", "length"), [(0, "minute"), (1800, "minute"), (7200, "5 minutes"), (86_400 * 30, "day"), (86_400 * 350, "7 days")]
)
def test_periods_are_as_short_as_keeps_their_number_readable(seconds, length):
    """From one run of a minute to a year of them."""
    stretches = periods([after(0), after(seconds)])
    assert length_of(stretches) == length
    assert len(stretches) <= MOST_PERIODS


def test_every_record_is_in_exactly_one_period():
    """Empty periods between them are kept: time without work is part of the story."""
    records = [after(seconds) for seconds in (0, 30, 59, 60, 600)]
    stretches = periods(records)
    assert sorted(r.recorded_at for period in stretches for r in period.records) == [r.recorded_at for r in records]
    assert any(not period.records for period in stretches)


def test_records_without_a_time_are_in_no_period():
    """They still count in totals."""
    assert periods([emission("train", recorded_at=None)]) == []


def test_grams_per_1000_decisions_weigh_batches_by_their_decisions():
    """Not a mean of means."""
    records = [
        emission("serve", emissions_g=3e-6, functional_units=1),
        emission("serve", emissions_g=1e-6, functional_units=3),
        emission("train", emissions_g=9.0),
    ]
    assert grams_per_1000(records) == pytest.approx(1e-3)


def test_what_was_not_measured_is_not_zero():
    """Neither the rate without a decision nor a total without a record."""
    assert grams_per_1000([emission("train")]) is None
    assert total_grams([]) is None


def test_shared_jobs_are_no_familys():
    """An evaluation names a chunk, yet works for all families."""
    assert kind_of(emission("evaluate", chunk="20260101-20260108")) == "shared"
    assert kind_of(emission("train", family="light")) == "light"
    assert kind_of(emission("serve", family="light")) == "serve"
