"""Of every decision that asks for somebody or refuses one event goes onto the bus, and of nothing else."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
import pytest
from aws_world import NAMES
from botocore.exceptions import ClientError, EndpointConnectionError
from score_world import Proxy, World
from stream_world import DECISION, REPORT, decision, stored_by

from functions.notify.bus import EventBus
from functions.notify.telling import Telling
from greenfraud import redelivery
from greenfraud.decision_events import TOLD, event_id
from greenfraud.errors import StoreUnavailableError
from greenfraud.forgotten_people import ForgottenPeople
from greenfraud.items import forgotten
from greenfraud.items.decision import KEPT_SECONDS
from greenfraud.items.forgotten import Forgotten, Request
from greenfraud.rejections import RejectedQueue


class NotifyWorld:
    """The function's parts over in-process services, and what was put onto the bus."""

    def __init__(self) -> None:
        self.bus = Proxy(boto3.client("events"))
        self.dynamodb = Proxy(boto3.client("dynamodb"))
        self.telling = Telling(
            EventBus(lambda: self.bus, "greenfraud"),
            forgotten=ForgottenPeople(lambda: self.dynamodb, "receipts", pause_seconds=0.0),
            untold=RejectedQueue(lambda: boto3.client("sqs"), NAMES["UNTOLD_QUEUE_URL"]),
        )

    def tell(self, *records: dict[str, Any]) -> list[str]:
        """Tell of a batch; the sequence numbers of what failed."""
        return [one["itemIdentifier"] for one in self.telling.tell(records)["batchItemFailures"]]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What the bus was asked to take."""
        return [entry for name, given in self.bus.calls if name == "put_events" for entry in given["Entries"]]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The details of those."""
        return [json.loads(entry["Detail"]) for entry in self.entries]

    def untold(self) -> list[dict[str, Any]]:
        """What waits because it cannot be told."""
        taken = boto3.client("sqs").receive_message(QueueUrl=NAMES["UNTOLD_QUEUE_URL"], MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in taken.get("Messages", [])]


@pytest.fixture
def world(aws: None) -> NotifyWorld:
    """A function that has told nothing yet."""
    return NotifyWorld()


def decided(number: int, outcome: str, **changes: Any) -> dict[str, Any]:
    """The golden decision with another outcome."""
    answer = json.loads(DECISION["dynamodb"]["NewImage"]["answer"]["S"]) | {"decision": outcome, "reasons": []} | changes
    return decision(number, decision={"S": outcome}, answer={"S": json.dumps(answer)})


def refuse(*positions: int) -> Any:
    """A bus that takes all of a call but these."""

    def put_events(real: Any, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        answers = [{"ErrorCode": "ThrottlingException"} if n in positions else {"EventId": "x"} for n in range(len(Entries))]
        return {"FailedEntryCount": len(positions), "Entries": answers}

    return put_events


@pytest.mark.parametrize("outcome", TOLD)
def test_a_challenge_a_review_and_a_block_are_told_with_their_reasons_policy_and_model(world, outcome):
    """Nothing says who paid or where: not the ids, not the extras, not the values."""
    spoken = {"code": "AMOUNT", "direction": "for"}, {"code": "PACE", "direction": "against"}, {"code": "TERMINAL"}
    record = decided(7, outcome, reasons=list(spoken), decided_by="model")
    record["dynamodb"]["NewImage"] |= {"policy_sha256": {"S": "ab12"}, "extras": {"S": '{"device": "mine"}'}}
    assert world.tell(record) == []
    (entry,) = world.entries
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == (
        "greenfraud",
        "greenfraud.decisions",
        f"decision.{outcome}",
    )
    assert entry["Time"].timestamp() == 1828094400 - KEPT_SECONDS
    (event,) = world.events
    assert event == {
        "id": event_id("T7"),
        "type": f"decision.{outcome}",
        "timestamp": "2026-11-01T12:00:00Z",
        "data": {
            "transaction_id": "T7",
            "decision": outcome,
            "decided_by": "model",
            "occurred_at": "2018-05-20T12:00:00Z",
            "amount_minor": 1250,
            "currency": "EUR",
            "reasons": ["AMOUNT", "TERMINAL"],
            "policy": {"version": "2026-11-01", "sha256": "ab12"},
            "model": {"family": "light", "version": "v1"},
        },
    }
    assert not {"C1", "M1", "mine"} & set(json.dumps(event).replace('"', " ").split())


def test_what_was_allowed_reported_or_changed_is_not_told(world):
    """Whatever the stream's filter lets through."""
    changed = decided(8, "block") | {"eventName": "MODIFY"}
    assert world.tell(DECISION, REPORT, changed) == []
    assert world.bus.calls == []


def test_what_the_scoring_function_stores_is_told(world):
    """Its own items, as they stand in the table."""
    scoring = World()
    assert scoring.score(amount_minor=30_000)["decision"] == "review"
    assert world.tell(*stored_by(scoring)) == []
    (event,) = world.events
    assert (event["type"], event["data"]["model"]) == ("decision.review", None)
    assert event["data"]["reasons"]
    assert event["data"]["policy"]["version"]


def test_a_repetition_has_the_same_id_and_another_payment_another(world):
    """By which whoever listens drops it."""
    world.tell(decided(1, "block"))
    world.tell(decided(1, "block"), decided(2, "block"))
    ids = [event["id"] for event in world.events]
    assert ids[0] == ids[1] != ids[2]


def test_what_the_bus_does_not_take_is_delivered_again_and_only_that(world):
    """Its answer tells per event."""
    world.bus.faults["put_events"] = refuse(1)
    assert world.tell(decided(1, "block"), decided(2, "review"), decided(3, "block")) == ["2"]


@pytest.mark.parametrize(
    "error", [ClientError({"Error": {"Code": "AccessDenied"}}, "PutEvents"), EndpointConnectionError(endpoint_url="x")]
)
def test_a_bus_that_is_away_loses_nothing(world, error):
    """All of it comes again."""

    def fail(*_: object, **__: object) -> None:
        raise error

    world.bus.faults["put_events"] = fail
    assert world.tell(decided(1, "block"), decided(2, "review")) == ["1", "2"]


def test_a_batch_goes_by_tens(world):
    """As many as one call takes."""
    assert world.tell(*[decided(number, "block") for number in range(23)]) == []
    assert [len(given["Entries"]) for _, given in world.bus.calls] == [10, 10, 3]


@pytest.mark.parametrize(
    "damage",
    [
        {"answer": {"S": '{"decision": "block"}'}},
        {"answer": {"S": '{"decision": "block", "reasons": 1}'}},
        {"decision": {"S": "?"}},
        {"amount_minor": {"N": "-1"}},
    ],
    ids=["no reasons", "no list", "no outcome", "no amount"],
)
def test_what_cannot_be_read_is_named_in_a_queue_and_holds_up_nothing(world, caplog, damage):
    """By its key, the attribute and the class of the fault; never by what stands there."""
    poison = decided(2, "block")
    poison["dynamodb"]["NewImage"] |= damage
    assert world.tell(decided(1, "block"), poison, decided(3, "block")) == []
    assert [event["data"]["transaction_id"] for event in world.events] == ["T1", "T3"]
    (message,) = world.untold()
    assert (message["record"], message["reason"], message["at"]) == ("decision", "malformed", next(iter(damage)))
    assert "1250" not in caplog.text


def test_who_redrives_is_told_of_what_cannot_be_read(world):
    """Instead of the queue, from which it came."""
    poison = decided(2, "block")
    poison["dynamodb"]["NewImage"]["amount_minor"] = {"N": "-1"}
    answer = world.telling.tell(redelivery.numbered([poison]), tells_rejections=True)
    assert [(one["itemIdentifier"], one["at"]) for one in answer["rejected"]] == [("0", "amount_minor")]
    assert world.untold() == []


def test_nobody_is_told_of_a_customer_who_was_forgotten_meanwhile(world, capsys):
    """Of what was decided before; a payment since is a stranger's. It is counted."""
    now = time.time()
    listed = Forgotten("salt", {}).with_request("C1", Request("forgotten-1", now), now)
    world.dynamodb.put_item(TableName="receipts", **forgotten.put(listed))

    def written(number: int, at: float) -> dict[str, Any]:
        record = decided(number, "block")
        record["dynamodb"]["NewImage"]["expires_at"] = {"N": str(at + KEPT_SECONDS)}
        return record

    assert world.tell(written(1, now - 60), written(2, now + 60)) == []
    assert [event["data"]["transaction_id"] for event in world.events] == ["T2"]
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {name: told[name] for name in ("EventsTold", "EventsWithheld")} == {"EventsTold": 1, "EventsWithheld": 1}


def test_nothing_is_told_while_nobody_can_say_who_was_forgotten(world):
    """The records are delivered again."""
    world.dynamodb.faults["batch_get_item"] = lambda _, RequestItems: {"Responses": {}, "UnprocessedKeys": RequestItems}
    with pytest.raises(StoreUnavailableError):
        world.tell(decided(1, "block"))
    assert world.bus.calls == []
