"""What will never be ingested goes to a queue with its reason, and stops nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from botocore.exceptions import ClientError
from score_world import customer_state
from stream_world import CUSTOMER, DECISION, OCCURRED_US, TERMINAL, IngestWorld, decision, expected_customer

from greenfraud.features.encoding import entity_id


@pytest.fixture
def world(aws: None) -> IngestWorld:
    """An ingestion that has seen nothing yet."""
    return IngestWorld()


POISONS = {
    "customer_id": {},
    "transaction_id": {"S": ""},
    "occurred_us": {"N": "C1 paid 1250"},
    "amount_minor": {"N": "-1"},
    "answer": {"S": "[1250]"},
    "energy_kwh": {"N": "nan"},
    "emissions_g": {"N": "Infinity"},
    "features": {"B": "1250!"},
}


@pytest.mark.parametrize("attribute", POISONS)
def test_a_poisonous_record_is_rejected_alone_with_its_reason_and_without_payload(world, caplog, attribute):
    """The others of its batch are ingested, and it blocks nothing: it goes to the queue."""
    poison = decision(2, **{attribute: POISONS[attribute]})
    assert world.ingest(DECISION, poison, decision(3)) == []
    assert world.state(CUSTOMER, "C1") == customer_state(*[(OCCURRED_US, 1250)] * 2)
    (message,) = world.rejected()
    error = message.pop("error")
    assert error in {"KeyError", "ValueError", "TypeError", "Error"}
    assert (message.pop("transaction_id"), message.pop("record")) == ("T1", "decision")  # the golden record's key
    assert message == {"stream_arn": DECISION["eventSourceARN"], "sequence_number": "2", "reason": "malformed", "at": attribute}
    assert f"{error} at {attribute}" in caplog.text
    assert "1250" not in caplog.text


def test_a_record_without_an_image_is_rejected(world):
    """Not every stream carries images."""
    record = copy.deepcopy(DECISION)
    del record["dynamodb"]["NewImage"]
    assert world.ingest(record) == []
    assert [message["at"] for message in world.rejected()] == ["NewImage"]


def test_what_the_queue_does_not_take_is_delivered_again(world):
    """A rejection is never lost; Lambda's own failure destination is the last resort."""
    poison = decision(2, answer={"S": "{"})

    def refuse(*_: object, **arguments: Any) -> dict[str, Any]:
        return {"Failed": [{"Id": entry["Id"]} for entry in arguments["Entries"]]}

    world.sqs.faults["send_message_batch"] = refuse
    assert world.ingest(poison, DECISION) == ["2"]

    def break_down(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessageBatch")

    world.sqs.faults["send_message_batch"] = break_down
    assert world.ingest(poison, DECISION) == ["2"]
    assert world.state(CUSTOMER, "C1") == expected_customer()


def test_who_redrives_is_told_of_a_rejection_and_the_queue_is_not(world):
    """Each redrive would otherwise add a message to the one it came from."""
    poison = decision(2, occurred_us={"N": "?"})
    answer = world.ingestion.ingest([DECISION, poison], tells_rejections=True)
    rejection = {"itemIdentifier": "2", "reason": "malformed", "error": "ValueError", "at": "occurred_us"}
    assert answer == {"batchItemFailures": [], "rejected": [rejection]}
    assert world.rejected() == []


def test_a_dozen_poisonous_records_take_two_calls(world):
    """SQS takes ten messages at a time."""
    assert world.ingest(*[decision(number, answer={"S": "{"}) for number in range(2, 14)]) == []
    calls = [arguments for name, arguments in world.sqs.calls if name == "send_message_batch"]
    assert [len(call["Entries"]) for call in calls] == [10, 2]


@pytest.mark.parametrize(
    "damage", [{"values": {"M": {CUSTOMER.last: {"B": b"r"}}}}, {"values": {"S": "?"}}, {"expires_at": {"S": "soon"}}]
)
def test_a_damaged_state_stays_as_it_is_and_the_event_reaches_all_the_rest(world, damage):
    """To be rebuilt from the lake; the queue says which view it was, and which attribute."""
    broken = {"entity_id": {"S": entity_id("customer_id", "C1")}, "event_ts": {"S": "?"}, "values": {"M": {}}} | damage
    world.dynamodb.put_item(TableName=CUSTOMER.table, Item=broken)
    assert world.ingest(DECISION) == []
    assert world.item(CUSTOMER, "C1") == broken
    assert world.state(TERMINAL, "M1").newest_us == OCCURRED_US
    assert len(world.lake("transactions/")) == 1
    (message,) = world.rejected()
    assert (message["reason"], message["at"].startswith(f"customer_activity.{next(iter(damage))}")) == ("item_damaged", True)
