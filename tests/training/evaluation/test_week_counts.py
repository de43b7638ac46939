"""What is counted by night is what an import has counted, and what came since."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from unittest import mock

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws
from workplace import ENVIRONMENT

from cli.data.upload import upload
from cli.data.week_counts import weeks_of_dataset
from greenfraud.coverage import read_coverage
from greenfraud.enough import NEEDED
from greenfraud.errors import StateConflict
from greenfraud.instants import DAY_US
from greenfraud.naming import WEEKS_KEY
from greenfraud.weekly_frauds import WeekCount, parse_weeks, read_weeks, recount_weeks, weeks_document
from tests import odd_histories as odd
from training.evaluation.week_counts import count_newest, count_week
from training.job.bucket import Bucket, client

HISTORY = odd.History(days=63, payments=20, frauds_on=odd.weekly(9), customers=30, delay_days=5)
TODAY = date(2026, 1, 1)


@pytest.fixture
def lake() -> Iterator[Bucket]:
    """An empty one."""
    with mock.patch.dict(os.environ, ENVIRONMENT), mock_aws():
        client.cache_clear()
        place = {"LocationConstraint": "eu-north-1"}
        boto3.client("s3").create_bucket(Bucket="lake", CreateBucketConfiguration=place)
        yield Bucket("lake")
        client.cache_clear()


def s3() -> Any:
    """A client of the same."""
    return boto3.client("s3")


def test_weeks_counted_from_the_lake_are_those_of_the_import(lake: Bucket) -> None:
    """From the newest back until the frauds suffice; older weeks stay as they were counted."""
    dataset = HISTORY.dataset()
    upload(s3(), "lake", dataset)
    imported = weeks_of_dataset(dataset)
    assert read_weeks(s3(), "lake") == imported
    s3().delete_object(Bucket="lake", Key=WEEKS_KEY)
    coverage = read_coverage(s3(), "lake", today=TODAY)
    found = count_newest(lake, coverage)
    assert sorted(found) == [chunk.id for chunk in coverage.mature[-len(found) :]]
    assert found == {name: imported[name] for name in found}
    in_all = [found[name].in_all for name in sorted(found)]
    assert sum(in_all) >= NEEDED > sum(in_all[1:])
    assert parse_weeks(lake.get(WEEKS_KEY)) == found


def test_a_report_that_came_since_is_counted_from_the_day_after_it(lake: Bucket) -> None:
    """A week that may still change and has too few is counted anew; one that nobody had counted too."""
    dataset = replace(HISTORY, customers=100_000).dataset()
    upload(s3(), "lake", dataset)
    coverage = read_coverage(s3(), "lake", today=TODAY)
    before, week = read_weeks(s3(), "lake"), coverage.mature[-1]
    told_us = coverage.as_of_us // DAY_US * DAY_US + 1
    report = pa.table(
        {
            "transaction_id": [f"p{(week.start_day - odd.FIRST).days}-15"],
            "is_fraud": [True],
            "observed_us": [told_us],
            "source": ["bank"],
        }
    )
    sink = io.BytesIO()
    pq.write_table(report, sink)
    newest = odd.FIRST + timedelta(days=62)
    s3().put_object(Bucket="lake", Key=f"labels/dt={newest}/live.parquet", Body=sink.getvalue())
    count_newest(lake, coverage)
    found, was = read_weeks(s3(), "lake")[week.id], before[week.id]
    assert found == WeekCount(was.legitimate - 1, {**was.frauds, newest + timedelta(days=1): 1})


def test_of_a_busy_platform_one_week_is_counted_once(lake: Bucket) -> None:
    """Nothing is read again, and nothing written, while it is the newest."""
    dataset = odd.History(days=36, payments=40, frauds_on=lambda _: 9, customers=2_000).dataset()
    upload(s3(), "lake", dataset)
    lake.put(WEEKS_KEY, json.dumps({"weeks": {}}).encode())
    coverage = read_coverage(s3(), "lake", today=TODAY)
    assert list(count_newest(lake, coverage)) == [coverage.mature[-1].id]
    assert count_newest(lake, coverage) == {}


def test_what_somebody_else_wrote_while_weeks_were_counted_is_not_lost(lake: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import ends by night: the weeks are counted again, upon what it wrote."""
    upload(s3(), "lake", HISTORY.dataset())
    imported = read_weeks(s3(), "lake")
    s3().delete_object(Bucket="lake", Key=WEEKS_KEY)
    coverage = read_coverage(s3(), "lake", today=TODAY)
    oldest, counted = coverage.mature[0].id, []

    def counting(*asked: Any) -> WeekCount:
        if not counted:
            lake.put(WEEKS_KEY, weeks_document({oldest: imported[oldest]}))
        counted.append(asked)
        return count_week(*asked)

    monkeypatch.setattr("training.evaluation.week_counts.count_week", counting)
    found = count_newest(lake, coverage)
    assert oldest not in found
    assert read_weeks(s3(), "lake") == {oldest: imported[oldest], **found}
    assert len(counted) == 2 * len(found)


def test_counts_that_cannot_be_read_are_replaced(lake: Bucket, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody has to remove them first."""
    upload(s3(), "lake", HISTORY.dataset())
    lake.put(WEEKS_KEY, b'{"weeks": {"nonsense": {"legitimate": 1, "frauds": {}}}}')
    found = count_newest(lake, read_coverage(s3(), "lake", today=TODAY))
    assert parse_weeks(lake.get(WEEKS_KEY)) == found != {}
    assert "weeks.json is unusable: " in caplog.text


def test_counts_that_may_not_be_read_count_as_none(lake: Bucket, caplog: pytest.LogCaptureFixture) -> None:
    """No plan ends for want of a right to what it can do without."""
    assert lake.keys("") == []
    assert read_weeks(s3(), "of-somebody-else") == {}
    assert "weeks.json cannot be read, so no week counts as counted: NoSuchBucket GetObject NoSuchBucket" in caplog.text


def test_who_finds_weeks_changed_at_every_attempt_writes_nothing(lake: Bucket) -> None:
    """And says so."""
    tries = iter(range(9))

    def counting(known: dict[str, WeekCount]) -> dict[str, WeekCount]:
        lake.put(WEEKS_KEY, weeks_document({"20250106-20250113": WeekCount(next(tries))}))
        return known

    with pytest.raises(StateConflict, match=r"weeks.json was changed by somebody else at each of 3 attempts"):
        recount_weeks(s3(), "lake", lambda known: {**counting(known), "20250113-20250120": WeekCount(7)})
    assert read_weeks(s3(), "lake") == {"20250106-20250113": WeekCount(2)}
