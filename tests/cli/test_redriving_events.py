"""What failed comes back, once: whatever was kept, wherever a redrive was interrupted, and whatever it cannot take stays."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from recovery_world import CUSTOMER, TERMINAL, RecoveryWorld, expected

from cli.errors import CommandError
from cli.recovery.abandoned import AbandonedBatches
from cli.recovery.replay import Replay
from greenfraud.items import state as state_items

DAY_SECONDS = 86_400


@pytest.fixture
def world(s3, monkeypatch):
    """A platform that has seen nothing yet; nobody waits."""
    monkeypatch.setattr("cli.recovery.replay.PAUSES_SECONDS", (0.0,))
    return RecoveryWorld()


def assert_counted_once(world, records):
    """States are those of the records, each once; each has landed, and readers de-duplicate by id."""
    for view, identity in ((CUSTOMER, "C1"), (TERMINAL, "M1")):
        assert world.state(view, identity) == expected(view, identity, records)
    decided = {one["dynamodb"]["Keys"]["transaction_id"]["S"] for one in records if "customer_id" in one["dynamodb"]["NewImage"]}
    assert set(world.landed("transactions")) == set(world.landed("decisions")) == decided


def test_what_the_bucket_keeps_is_ingested_and_taken_away(world):
    """Also records that are single, as a batch that is halved to its end leaves them, and with features in bytes."""
    records = [world.decide(f"T{number}", number) for number in range(8)] + [world.report("T0", 200)]
    world.abandon(*records[:5])
    for record in records[5:]:
        world.abandon(record)
    said = world.redrive()
    assert_counted_once(world, records)
    assert world.waiting() == []
    assert "bucket: 5 objects taken (9 events new, 0 counted before), 0 stay (0 events)" in said
    assert world.invocations == 1
    assert "bucket: nothing waits" in world.redrive()


def test_a_batch_of_which_a_part_was_counted_adds_only_the_rest(world):
    """Lambda gives up on a batch from its first failure on, and what came after may have been applied."""
    records = [world.decide(f"T{number}", number) for number in range(6)]
    world.ingestion.ingest(records[2:4])
    world.abandon(*records)
    assert "(4 events new, 2 counted before)" in world.redrive()
    assert_counted_once(world, records)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_interrupted_redrive_is_simply_run_again(world, monkeypatch, moment):
    """Ctrl-C between ingesting and deleting, or just after: nothing is lost and nothing counts twice."""
    records = [world.decide(f"T{number}", number) for number in range(30)]
    for record in records:
        world.abandon(record)
    monkeypatch.setattr("cli.recovery.replay.BATCH_RECORDS", 10)
    forget, calls = AbandonedBatches.forget, []

    def interrupted(self, taken):
        calls.append(taken)
        if len(calls) == 2 and moment == "before":
            raise KeyboardInterrupt
        forget(self, taken)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(AbandonedBatches, "forget", interrupted)
    with pytest.raises(KeyboardInterrupt):
        world.redrive()
    assert len(world.waiting()) == (20 if moment == "before" else 10)
    world.redrive()
    assert_counted_once(world, records)
    assert world.waiting() == []


def test_while_the_store_is_away_nothing_is_deleted_and_the_redrive_gives_up(world, monkeypatch):
    """It does not ask for every one of thousands of objects."""
    monkeypatch.setattr("cli.recovery.replay.BATCH_RECORDS", 2)
    records = [world.decide(f"T{number}", number) for number in range(6)]
    keys = [world.abandon(record) for record in records]
    world.down = True
    with pytest.raises(CommandError, match="nothing is taken any more: the store did not take it"):
        world.redrive()
    assert sorted(world.waiting()) == sorted(keys)
    world.down = False
    world.redrive()
    assert_counted_once(world, records)


def test_a_record_that_breaks_the_function_stays_alone(world):
    """It is found by halves; all others of its invocation are taken."""
    records = [world.decide(f"T{number}", number) for number in range(7)]
    keys = {number: world.abandon(record) for number, record in enumerate(records)}
    world.broken_by = "T3"
    with pytest.raises(CommandError, match="1 stay where they are"):
        world.redrive()
    assert world.waiting() == [keys[3]]
    assert_counted_once(world, [*records[:3], *records[4:]])


def test_a_rejected_event_is_found_by_its_key_and_stays_until_it_is_mended(world):
    """The table keeps it long after the stream forgot it; another redrive adds no message."""
    good = world.decide("good", 1)
    bad = world.decide("bad", 2, amount_minor={"N": "-1"})
    world.ingestion.ingest([bad])
    (message,) = world.waiting()
    with pytest.raises(CommandError):
        world.redrive()
    assert world.waiting() == [message]
    mended = world.decide("bad", 2)
    world.ingestion.ingest([good])
    assert "queue: 1 message taken (1 event new, 0 counted before)" in world.redrive()
    assert_counted_once(world, [good, mended])
    assert world.waiting() == []


def test_an_event_of_a_damaged_state_waits_for_the_rebuild(world):
    """It is counted and has landed, so only the state is missing it."""
    record = world.decide("T1")
    key = state_items.key_of(CUSTOMER, "C1")
    world.dynamodb.put_item(TableName=CUSTOMER.table, Item={**key, "event_ts": {"S": "?"}, "values": {"M": {}}})
    world.ingestion.ingest([record])
    with pytest.raises(CommandError):
        world.redrive()
    assert "its customer_activity is still damaged" in world.said
    assert len(world.waiting()) == 1
    whole = state_items.encode(key["entity_id"]["S"], expected(CUSTOMER, "C1", [record]), version=2, now_seconds=time.time())
    world.dynamodb.put_item(TableName=CUSTOMER.table, Item=whole)
    world.redrive()
    assert_counted_once(world, [record])
    assert world.waiting() == []


def test_what_nobody_can_take_is_kept_with_its_reason(world):
    """Old enough that its receipt may have expired; of a person who was forgotten; no record at all; a pointer into the stream."""
    world.abandon(world.decide("old", written_ago=30 * DAY_SECONDS))
    gone = world.decide("gone")
    world.dynamodb.delete_item(TableName="decisions", Key=gone["dynamodb"]["Keys"])
    world.abandon(gone)
    world.s3.put_object(Bucket="abandoned", Key="aws/lambda/odd", Body=b"{}")
    world.sqs.send_message(QueueUrl=world.queue, MessageBody='{"DDBStreamBatchInfo": {}}')
    before = sorted(world.waiting())
    with pytest.raises(CommandError, match="4 stay where they are"):
        world.redrive()
    assert sorted(world.waiting()) == before
    assert world.state(CUSTOMER, "C1") == expected(CUSTOMER, "C1", [])


def test_a_dry_run_says_the_same_and_takes_nothing(world):
    """What was counted before is told from what is new."""
    records = [world.decide(f"T{number}", number) for number in range(3)]
    world.ingestion.ingest(records[:1])
    world.abandon(*records)
    before = world.waiting()
    said = world.redrive(only_looks=True)
    assert "1 object would be taken (2 events new, 1 counted before)" in said
    assert (world.invocations, world.waiting()) == (0, before)


def test_the_decisions_table_tells_what_never_reached_states_or_lake(world):
    """Neither queue nor bucket know of it: an event without a receipt, and one whose files never landed."""
    records = [world.decide(f"T{number}", number) for number in range(5)] + [world.report("T0", 3)]
    world.ingestion.ingest([records[0], records[5]])
    world.ingestion.ingest([records[1]])
    for kind in ("transactions", "decisions"):
        for entry in world.s3.list_objects_v2(Bucket="lake", Prefix=kind)["Contents"]:
            world.s3.delete_object(Bucket="lake", Key=entry["Key"])
    world.ingestion.ingest([records[0]])
    said = world.redrive(since=datetime.now(UTC) - timedelta(hours=2))
    assert "decisions table: 4 events taken (3 events new, 1 counted before), 0 stay" in said
    assert_counted_once(world, records)
    assert "decisions table: nothing waits" in world.redrive(since=datetime.now(UTC) - timedelta(hours=2))


def test_a_release_that_never_landed_is_missed_as_well(world):
    """The states know it, the lake does not: the next night would take it back."""
    world.ingestion.ingest([world.decide("T1"), world.release("T1", 2)])
    for entry in world.s3.list_objects_v2(Bucket="lake", Prefix="releases/")["Contents"]:
        world.s3.delete_object(Bucket="lake", Key=entry["Key"])
    said = world.redrive(since=datetime.now(UTC) - timedelta(hours=2))
    assert "decisions table: 1 event taken (0 events new, 1 counted before), 0 stay" in said
    assert world.landed("releases") == {"T1": 1}


def test_what_people_did_about_a_doubt_is_no_event_that_could_be_missed(world):
    """It never has a receipt; in a batch that was given up, however old its payment is, it keeps nothing waiting."""
    kept = [world.decide("T1"), world.review("T1")]
    world.ingestion.ingest([world.decide("T2")])
    world.review("T2")
    world.abandon(*kept)
    assert "(1 event new, 0 counted before), 0 stay" in world.redrive()
    assert world.waiting() == []
    assert "decisions table: nothing waits" in world.redrive(since=datetime.now(UTC) - timedelta(days=500), until=datetime.now(UTC))


def test_a_compacted_day_is_read_as_well(world):
    """One Parquet file in place of many landed ones."""
    world.ingestion.ingest([world.decide("T1"), world.decide("T2"), world.report("T1", 3)])
    for entry in world.s3.list_objects_v2(Bucket="lake")["Contents"]:
        if entry["Key"].startswith("emissions/"):
            continue
        rows = [json.loads(line) for line in world.s3.get_object(Bucket="lake", Key=entry["Key"])["Body"].read().splitlines()]
        named = {name: [row[name] for row in rows] for name in ("transaction_id", "observed_us") if name in rows[0]}
        written = io.BytesIO()
        pq.write_table(pa.table(named), written)
        world.s3.put_object(Bucket="lake", Key=f"{entry['Key'].rpartition('/')[0]}/day.parquet", Body=written.getvalue())
        world.s3.delete_object(Bucket="lake", Key=entry["Key"])
    assert "decisions table: nothing waits" in world.redrive(since=datetime.now(UTC) - timedelta(hours=2))


def test_what_may_still_be_on_its_way_or_is_not_asked_for_is_not_searched(world):
    """The stream delivers what was decided moments ago."""
    world.decide("young", written_ago=10.0)
    world.decide("earlier", written_ago=3 * 3_600.0)
    assert "decisions table: nothing waits" in world.redrive(since=datetime.now(UTC) - timedelta(hours=2))


def test_an_event_of_the_lake_whose_receipt_was_lost_is_not_counted_again(world):
    """It landed after it was counted; the states may or may not have it, and the rebuild tells."""
    record = world.decide("T1")
    world.ingestion.ingest([record])
    world.dynamodb.delete_item(TableName="receipts", Key={"event_id": {"S": "decision#T1"}})
    with pytest.raises(CommandError, match="1 stay where they are"):
        world.redrive(since=datetime.now(UTC) - timedelta(hours=2))
    assert_counted_once(world, [record])


def test_the_function_is_asked_again_for_what_the_store_did_not_take(world, monkeypatch):
    """Once more, after a pause."""
    record = world.decide("T1")
    world.abandon(record)
    world.down = True

    def mend(_):
        world.down = False

    monkeypatch.setattr(Replay.__init__, "__defaults__", (False, mend))
    world.redrive()
    assert_counted_once(world, [record])
