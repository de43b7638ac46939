"""What nobody was told of comes back, and is never taken for what was not ingested."""

from __future__ import annotations

import json

import pytest
from recovery_world import RecoveryWorld

from cli.errors import CommandError
from greenfraud.decision_events import event_id

BLOCKED = {"answer": {"S": json.dumps({"decision": "block", "reasons": [], "model": None, "policy_version": "1"})}}
BLOCKED |= {"decision": {"S": "block"}}


@pytest.fixture
def world(s3, monkeypatch):
    """A platform that has seen nothing yet; nobody waits."""
    monkeypatch.setattr("cli.recovery.replay.PAUSES_SECONDS", (0.0,))
    return RecoveryWorld()


def test_batches_of_each_function_go_back_to_the_one_they_were_given_to(world):
    """One bucket keeps both; an object without a function's name is one of ingestion's."""
    ours, theirs = world.decide("T1", **BLOCKED), world.decide("T2", 1)
    world.abandon(ours, function="notify")
    world.abandon(theirs, function="ingest")
    world.abandon(theirs)
    said = world.redrive()
    assert [event["id"] for event in world.told] == [event_id("T1")]
    assert world.landed("transactions").keys() == {"T2"}
    assert world.waiting() == []
    assert "bucket, untold: 1 object taken (1 event new, 0 counted before)" in said


def test_what_could_not_be_read_is_told_once_it_is_mended(world):
    """The queue names it, and the decisions table has it."""
    record = world.decide("T1", **BLOCKED)
    world.telling.tell([{**record, "dynamodb": {**record["dynamodb"], "NewImage": {**record["dynamodb"]["NewImage"], "rank": {}}}}])
    said = world.redrive()
    assert [event["id"] for event in world.told] == [event_id("T1")]
    assert "queue, untold: 1 message taken" in said
    assert "queue, untold: nothing waits" in world.redrive()


def test_what_is_damaged_still_waits_on_with_its_reason(world):
    """And the command ends with 1."""
    record = world.decide("T1", **BLOCKED, amount_minor={"N": "-1"})
    world.telling.tell([record])
    with pytest.raises(CommandError, match="1 stay"):
        world.redrive()
    assert "malformed: ValueError at amount_minor" in world.said
    assert world.told == []


def test_while_the_bus_is_away_nothing_is_deleted(world):
    """It is tried again later."""
    key = world.abandon(world.decide("T1", **BLOCKED), function="notify")
    world.down = True
    with pytest.raises(CommandError):
        world.redrive()
    assert key in world.waiting()
    world.down = False
    world.redrive()
    assert (len(world.told), world.waiting()) == (1, [])


def test_an_old_event_is_told_all_the_same(world):
    """No receipt is asked: told twice it has one id."""
    world.abandon(world.decide("T1", written_ago=40 * 86_400.0, **BLOCKED), function="notify")
    world.redrive()
    assert len(world.told) == 1


def test_nobody_is_told_of_who_was_forgotten_while_a_batch_waited(world):
    """The bucket's records have the name in their place by then."""
    world.abandon(world.decide("T1", **BLOCKED, customer_id={"S": "forgotten-1"}), function="notify")
    world.redrive()
    assert (world.told, world.waiting()) == ([], [])
