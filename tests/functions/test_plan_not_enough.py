"""A plan that could not judge or learn says so before any machine is started, and by when it could."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lake_world import FIRST_DAY, put_dataset, put_day
from plan_world import FIRST, HOLDOUT, SECOND, THIRD, chunks_of

from greenfraud.chunks import Chunk
from greenfraud.items import lease as lease_items
from greenfraud.naming import WEEKS_KEY, look_key
from greenfraud.weekly_frauds import WeekCount, weeks_document

SCHEDULED = {"trigger": "schedule", "scheduled_at": "2018-05-14T01:00:00Z"}


def put_weeks(s3, *frauds: int, legitimate: int = 100) -> list[str]:
    """So many frauds in each week from the first; returns the weeks."""
    starts = [FIRST_DAY + timedelta(days=7 * number) for number in range(len(frauds))]
    chunks = [Chunk(start, start + timedelta(days=7)) for start in starts]
    counts = {
        chunk.id: WeekCount(legitimate, {chunk.end_day + timedelta(days=7): count})
        for chunk, count in zip(chunks, frauds, strict=True)
    }
    s3.put_object(Bucket="lake", Key=WEEKS_KEY, Body=weeks_document(counts))
    return [chunk.id for chunk in chunks]


def long_lake(s3, weeks: int) -> None:
    """Weeks with payments on every day."""
    newest = FIRST_DAY + timedelta(days=7 * weeks)
    put_dataset(s3, newest_occurred_at=f"{newest}T00:00:00Z")
    for day in range(7 * weeks):
        put_day(s3, FIRST_DAY + timedelta(days=day))


def test_a_week_with_frauds_enough_is_judged_alone(plan, s3):
    """As where nobody has counted."""
    put_weeks(s3, 20, 20, 20, 30, 30)
    planned = plan()
    assert (planned["outcome"], planned["holdout"]["chunk"], chunks_of(planned)) == ("train", HOLDOUT, [FIRST, SECOND])
    assert "earlier" not in planned["holdout"]


def test_weeks_are_judged_together_and_nothing_of_them_is_learned(plan, s3):
    """Nor of the weeks whose labels came after the first of them had begun."""
    put_weeks(s3, 20, 20, 20, 10, 10)
    planned = plan()
    assert (planned["holdout"]["earlier"], planned["holdout"]["chunk"], chunks_of(planned)) == ([THIRD], HOLDOUT, [FIRST])


def test_too_few_frauds_end_the_execution_early_and_well(plan, s3, dynamodb):
    """Nothing is leased, and the state machine goes to NothingToTrain with the reason and the day."""
    put_weeks(s3, 3, 3, 3, 3, 3)
    planned = plan()
    assert (planned["outcome"], planned["families"]) == ("nothing_to_train", [])
    assert planned["reason"].startswith("not enough for a model: the last 2 weeks together have 6 frauds")
    assert "from about 2018-07-" in planned["reason"]
    assert "Item" not in dynamodb.get_item(TableName="leases", Key=lease_items.key())


@pytest.mark.parametrize("damaged", [b"{", b'{"weeks": {"nonsense": {"legitimate": 1, "frauds": {}}}}', b"[" * 100_000])
def test_a_plan_is_made_without_counts_that_cannot_be_read(plan, s3, caplog, damaged):
    """As where nobody has counted, and the log says so."""
    s3.put_object(Bucket="lake", Key=WEEKS_KEY, Body=damaged)
    planned = plan()
    assert (planned["outcome"], planned["holdout"]["chunk"], chunks_of(planned)) == ("train", HOLDOUT, [FIRST, SECOND])
    assert "weeks.json is unusable: " in caplog.text


def test_where_many_weeks_are_judged_together_half_of_them_are_new_at_each_scheduled_run(plan, s3):
    """Each look at a week halves what the next may find certain; whoever wishes a run has it all the same."""
    long_lake(s3, 12)
    weeks = put_weeks(s3, *[8] * 12)
    judged = weeks[7:11]
    for seen, outcome in ((2, "train"), (3, "nothing_to_train")):
        s3.put_object(Bucket="artifacts", Key=look_key(judged[seen - 1], "0123456789ab"), Body=b"{}")
        s3.put_object(Bucket="artifacts", Key=look_key(judged[0], "0123456789ab"), Body=b"{}")
        planned = plan(**SCHEDULED)
        assert planned["outcome"] == outcome
    assert planned["reason"].startswith("3 of the 4 weeks to be judged on together were judged on before")
    wished = plan()
    assert [*wished["holdout"]["earlier"], wished["holdout"]["chunk"]] == judged
