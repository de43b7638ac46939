"""What is added to a lake says nothing of weeks in which payments arrived live: the monitor counts those."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cli.data.appending import append
from cli.data.dataset import Dataset
from cli.data.upload import upload
from greenfraud.coverage import read_coverage
from greenfraud.enough import split
from greenfraud.instants import DAY_US, start_of_day_us
from greenfraud.naming import WEEKS_KEY
from greenfraud.weekly_frauds import WeekCount, read_weeks, weeks_document
from tests import odd_histories as odd

HISTORY = odd.History(days=70, payments=20, frauds_on=lambda _: 6, customers=300, delay_days=5)
TODAY = date(2027, 1, 1)
LIVE_WEEKS = range(5, 8)  # of the ten weeks of the history


def part(weeks: range, source: str) -> Dataset:
    """Some weeks of the history, as a file."""
    dataset = HISTORY.dataset()
    first_us = start_of_day_us(odd.FIRST)
    starts = [first_us + 7 * DAY_US * week for week in (weeks.start, weeks.stop)]
    rows = [starts[0] <= moment < starts[1] for moment in dataset.table["occurred_us"].to_pylist()]
    return replace(dataset, table=dataset.table.filter(rows), source_sha256=source)


def live(s3, weeks: range) -> None:
    """Payments that arrived on every day of some weeks."""
    for day in (odd.FIRST + timedelta(days=7 * weeks.start + n) for n in range(7 * len(weeks))):
        landed = {"transaction_id": f"live-{day}", "occurred_us": start_of_day_us(day) + DAY_US // 2}
        s3.put_object(Bucket="lake", Key=f"transactions/dt={day}/landing-1.jsonl", Body=json.dumps(landed).encode())


@pytest.fixture
def lake(s3):
    """Five imported weeks, and three that arrived live and that the monitor has counted."""
    upload(s3, "lake", part(range(5), "first"))
    live(s3, LIVE_WEEKS)
    starts = [odd.FIRST + timedelta(days=7 * week) for week in LIVE_WEEKS]
    counted = {f"{start:%Y%m%d}-{start + timedelta(days=7):%Y%m%d}": WeekCount(100, {TODAY: 40}) for start in starts}
    s3.put_object(Bucket="lake", Key=WEEKS_KEY, Body=weeks_document({**read_weeks(s3, "lake"), **counted}))
    return s3


def test_an_append_leaves_live_weeks_uncounted_and_a_plan_judges_and_learns_them(lake):
    """A day that arrived live has no file of an import: counted by those alone it would be a day without payments."""
    append(lake, "lake", part(range(8, 10), "second"))
    weeks, coverage = read_weeks(lake, "lake"), read_coverage(lake, "lake", today=TODAY)
    mature = [week.id for week in coverage.mature]
    assert len(mature) >= 8
    assert sorted(weeks) == mature[:5]
    found = split(coverage, weeks)
    assert [week.id for week in found.judged] == mature[-1:]
    assert {week.id for week in found.learned} >= set(mature[:6])


def test_payments_that_arrived_live_before_the_first_import_are_not_counted_by_it(s3):
    """Nor the weeks shortly after, in which their customers are known already."""
    live(s3, range(2, 3))
    upload(s3, "lake", part(range(7), "first"))
    starts = [odd.FIRST + timedelta(days=7 * week) for week in (0, 1, 5)]
    assert [name[:8] for name in sorted(read_weeks(s3, "lake"))] == [f"{start:%Y%m%d}" for start in starts]


def test_an_append_counts_again_where_the_monitor_wrote_meanwhile(lake, monkeypatch):
    """What it had counted is of a lake without the payments that came since."""
    put, writes = lake.put_object, []

    def meddling(**request):
        if request["Key"] == WEEKS_KEY:
            writes.append(request)
            if len(writes) == 1:
                put(Bucket="lake", Key=WEEKS_KEY, Body=weeks_document({}))
                put(Bucket="lake", Key=f"transactions/dt={odd.FIRST}/landing-1.jsonl", Body=b"{}")
        return put(**request)

    monkeypatch.setattr(lake, "put_object", meddling)
    append(lake, "lake", part(range(8, 10), "second"))
    assert len(writes) == 2
    assert [name[:8] for name in sorted(read_weeks(lake, "lake"))] == ["20250127", "20250203"]


def test_a_report_that_was_taken_back_is_no_fraud_of_its_week(s3):
    """The monitor would not count it either, nor what is learned."""
    upload(s3, "lake", part(range(7), "first"))
    before = read_weeks(s3, "lake")
    taken_back = {"transaction_id": "p0-0", "is_fraud": False, "observed_us": start_of_day_us(TODAY), "source": "bank"}
    s3.put_object(Bucket="lake", Key=f"labels/dt={TODAY}/landing-1.jsonl", Body=json.dumps(taken_back).encode())
    append(s3, "lake", part(range(7, 9), "second"))
    week = f"{odd.FIRST:%Y%m%d}-{odd.FIRST + timedelta(days=7):%Y%m%d}"
    found = read_weeks(s3, "lake")[week]
    assert (found.in_all, found.legitimate) == (before[week].in_all - 1, before[week].legitimate + 1)
