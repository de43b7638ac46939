"""A message to a receiver: signed, tried again for a day, set aside after it, and never lost."""

from __future__ import annotations

import base64
import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from aws_world import NAMES, golden
from botocore.exceptions import ClientError
from score_world import Proxy
from standardwebhooks import Webhook, WebhookVerificationError

from functions.webhook.delivery import Delivery, Queues
from functions.webhook.posting import post
from functions.webhook.signing import Secrets
from greenfraud.errors import ContractError
from tests.receiving import Receiver

DAY = 86_400.0
OLD, NEW = (base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))


@pytest.fixture
def receiver():
    """One that takes everything, until it is told otherwise."""
    started = Receiver().start()
    yield started
    started.stop()


class WebhookWorld:
    """A delivery over in-process services; `now` is its clock, which begins when the message was sent."""

    def __init__(self, url: str) -> None:
        self.now = time.time()
        self.sqs, self.dynamodb = Proxy(boto3.client("sqs")), Proxy(boto3.client("dynamodb"))
        self.secrets = boto3.client("secretsmanager")
        self.secrets.create_secret(Name="webhook", SecretString=OLD)
        self.delivery = Delivery(
            lambda headers, body: post(url, headers, body, is_local=True),
            secrets=Secrets(lambda: self.secrets, "webhook", clock=lambda: self.now),
            queues=Queues(lambda: self.sqs, NAMES["WEBHOOK_QUEUE_URL"], NAMES["UNDELIVERED_QUEUE_URL"]),
            dynamodb=lambda: self.dynamodb,
            decisions_table="decisions",
            clock=lambda: self.now,
        )
        self.sqs.faults["change_message_visibility"] = lambda _, **given: self.pauses.append(given["VisibilityTimeout"])
        self.pauses: list[int] = []
        self.message = golden("sqs_webhook")["Records"][0]
        self.message["attributes"]["SentTimestamp"] = str(int(self.now * 1000))

    def deliver(self, after: float = 0.0, count: int = 1) -> str:
        """Try the message, some seconds after it was sent."""
        self.now += after
        self.message["attributes"]["ApproximateReceiveCount"] = str(count)
        return self.delivery.deliver(self.message)

    def undelivered(self) -> list[tuple[Any, str]]:
        """What was set aside, and why."""
        taken = boto3.client("sqs").receive_message(
            QueueUrl=NAMES["UNDELIVERED_QUEUE_URL"], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return [(one["Body"], one["MessageAttributes"]["reason"]["StringValue"]) for one in taken.get("Messages", [])]


@pytest.fixture
def world(aws, receiver) -> WebhookWorld:
    """A first message to that receiver."""
    return WebhookWorld(receiver.url)


def test_the_standards_own_library_accepts_what_is_sent_and_nothing_that_was_changed(world, receiver):
    """The body is the event, byte for byte, and its id is the header's."""
    assert world.deliver() == "delivered"
    (got,) = receiver.received
    assert (got.path, got.headers["content-type"]) == ("/hook?team=fraud", "application/json")
    event = Webhook(f"whsec_{OLD}").verify(got.body, got.headers)
    assert event == json.loads(world.message["body"])
    assert got.headers["webhook-id"] == event["id"]
    for changed in (got.body + b" ", got.body.replace(b"block", b"allow")):
        with pytest.raises(WebhookVerificationError):
            Webhook(OLD).verify(changed, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(got.body, got.headers | {"webhook-id": "dec_other"})


def test_while_a_secret_is_rotated_who_knows_either_accepts(world, receiver):
    """Two signatures; the new one signs within five minutes, and once the old one is gone it signs no more."""
    world.deliver()
    for stored in (f"whsec_{NEW} whsec_{OLD}", f"whsec_{NEW}"):
        world.secrets.put_secret_value(SecretId="webhook", SecretString=stored)
        world.deliver(after=301.0)
    accepted = [[is_signed_by(secret, got) for secret in (OLD, NEW)] for got in receiver.received]
    assert accepted == [[True, False], [True, True], [False, True]]


def is_signed_by(secret, got):
    """Whether the standard's own library would sign a request so; it verifies nothing of another hour."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    signed = Webhook(secret).sign(got.headers["webhook-id"], at, got.body.decode())
    return signed in got.headers["webhook-signature"].split()


@pytest.mark.parametrize("status", [301, 302, 308, 400, 401, 404, 429, 500, 503])
def test_whatever_is_not_taken_comes_back_and_no_redirect_is_followed(world, receiver, status):
    """Only a receiver's 2xx ends it."""
    receiver.answer = lambda _: (status, {"Location": receiver.url})
    assert world.deliver() == "failed"
    assert (len(receiver.received), len(world.pauses)) == (1, 1)


def test_pauses_grow_as_long_as_it_has_been_tried_and_after_a_day_it_is_set_aside(world, receiver):
    """Body as it was, with the reason; it may be tried again from there."""
    receiver.answer = lambda _: (500, {})
    tries, last = 0, ""
    while last != "undelivered":
        last = world.deliver(after=world.pauses[-1] if world.pauses else 0.0)
        tries += 1
    assert 12 <= tries <= 24
    assert DAY <= sum(world.pauses) <= 1.4 * DAY
    assert world.pauses[0] <= 3
    assert max(world.pauses) <= 7.3 * 3600  # SQS hides nothing for longer than twelve hours
    assert world.undelivered() == [(world.message["body"], "HTTP 500")]


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_for_time_is_given_it(world, receiver, status):
    """Up to six hours: what he wishes beyond is tried anew."""
    receiver.answer = lambda number: (status, {"Retry-After": ("600", "999999999")[number]})
    assert [world.deliver(), world.deliver()] == ["failed", "failed"]
    assert 480 <= world.pauses[0] <= 720
    assert world.pauses[1] <= 7.3 * 3600


def test_a_receiver_who_is_gone_is_not_asked_again_for_ten_minutes(world, receiver):
    """410: nothing is lost, everything waits for a person."""
    receiver.answer = lambda number: (410 if number == 0 else 200, {})
    assert [world.deliver(), world.deliver(after=500.0)] == ["undelivered"] * 2
    assert len(receiver.received) == 1
    assert [reason for _, reason in world.undelivered()] == ["gone", "gone"]
    assert world.deliver(after=200.0) == "delivered"


def test_a_receiver_that_is_down_is_tried_again(world, receiver, caplog):
    """The log tells the class of the fault, and nothing of the event."""
    receiver.stop()
    with caplog.at_level(logging.INFO):
        assert world.deliver() == "failed"
    assert "ConnectionRefusedError" in caplog.text
    assert "T1" not in caplog.text


def test_what_cannot_be_set_aside_stays(world, receiver):
    """On its own queue, to be set aside by the next try."""
    receiver.answer = lambda _: (500, {})

    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessage")

    world.sqs.faults["send_message"] = refuse
    assert world.deliver(after=DAY + 1) == "failed"


@pytest.mark.parametrize("stored", ["", "a b c", "no base64!", "c2hvcnQ="], ids=["none", "three", "no base64", "too short"])
def test_a_secret_that_is_none_sends_nothing_and_is_quoted_nowhere(world, receiver, caplog, stored):
    """The message waits until somebody mends it."""
    if stored:
        world.secrets.put_secret_value(SecretId="webhook", SecretString=stored)
    else:
        world.secrets.delete_secret(SecretId="webhook", ForceDeleteWithoutRecovery=True)
    assert (world.deliver(), receiver.received) == ("failed", [])
    assert ContractError.__name__ in caplog.text or "ResourceNotFoundException" in caplog.text
    assert not stored or stored not in caplog.text


@pytest.mark.parametrize("count", [1, 2])
def test_a_customer_who_was_forgotten_while_a_message_waited_is_told_of_to_nobody(world, receiver, count):
    """Before every try it is asked whose payment it is: what was undelivered for days and goes out again counts from 1 anew."""
    item = {"transaction_id": {"S": "T1"}, "record": {"S": "decision"}, "customer_id": {"S": "forgotten-12"}}
    world.dynamodb.put_item(TableName="decisions", Item=item)
    assert world.deliver(count=count) == "withheld"
    world.dynamodb.put_item(TableName="decisions", Item=item | {"customer_id": {"S": "C1"}})
    assert world.deliver(count=count) == "delivered"
    assert len(receiver.received) == 1


def test_what_nobody_can_ask_about_waits(world, receiver):
    """A table that is away must not let anybody be told of."""

    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")

    world.dynamodb.faults["get_item"] = refuse
    assert (world.deliver(), receiver.received) == ("failed", [])


def test_a_test_event_is_delivered_on_any_try(world, receiver):
    """It is about no payment."""
    world.message["body"] = json.dumps({"id": "test_1", "type": "test", "timestamp": "2026-11-01T00:00:00Z", "data": {}})
    assert world.deliver(count=2) == "delivered"


def test_a_body_that_is_no_event_is_set_aside_in_the_end(world):
    """Whatever somebody sent to the queue harms nothing else."""
    world.message["body"] = "?"
    assert world.deliver() == "failed"
    assert world.deliver(after=DAY + 1, count=2) == "undelivered"
