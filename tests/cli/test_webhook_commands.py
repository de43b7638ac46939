"""An event to try a webhook with, and what its receiver did not take."""

from __future__ import annotations

import io
import json
import re

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from cli.errors import CommandError
from cli.screen import Screen
from cli.webhooks.testing import send_test
from cli.webhooks.undelivered import BY_LAMBDA, redrive


class WebhookTarget:
    """A deployment with a webhook, in memory; a queue listens on its bus."""

    def __init__(self) -> None:
        self.events, self.sqs = (boto3.client(name, region_name="eu-north-1") for name in ("events", "sqs"))
        self.urls = {name: self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("webhook", "undelivered")}
        self.outputs = {"EventBus": "greenfraud", "WebhookQueueUrl": self.urls["webhook"]}
        self.outputs["UndeliveredQueueUrl"] = self.urls["undelivered"]
        self.events.create_event_bus(Name="greenfraud")
        self.events.put_rule(Name="r", EventBusName="greenfraud", EventPattern='{"source": ["greenfraud.decisions"]}')
        arn = self.sqs.get_queue_attributes(QueueUrl=self.urls["webhook"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.events.put_targets(Rule="r", EventBusName="greenfraud", Targets=[{"Id": "1", "Arn": arn}])
        self.console = Console(record=True, width=200, file=io.StringIO())

    def client(self, service):
        return getattr(self, service)

    def run(self, command, **options):
        """What a command said."""
        command(self, Screen(self.console), **options)
        return self.console.export_text()

    def set_aside(self, body, **attributes):
        """A message that nobody took."""
        told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        self.sqs.send_message(QueueUrl=self.urls["undelivered"], MessageBody=json.dumps(body), MessageAttributes=told)

    def bodies(self, queue):
        """What is on a queue."""
        got = self.sqs.receive_message(QueueUrl=self.urls[queue], MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(one["Body"]) for one in got.get("Messages", [])]


@pytest.fixture
def target():
    """A deployment in memory."""
    with mock_aws():
        yield WebhookTarget()


EVENT = {"id": "dec_1", "type": "decision.block", "timestamp": "2026-11-01T00:00:00Z", "data": {}}


def test_a_test_event_goes_the_way_of_all_events_and_tells_its_id(target):
    """Onto the bus, with a type of its own and no data."""
    said = target.run(send_test)
    (got,) = target.bodies("webhook")
    assert (got["source"], got["detail-type"]) == ("greenfraud.decisions", "test")
    assert got["detail"] | {"timestamp": "T"} == {
        "id": re.search(r"test_\w+", said)[0],
        "type": "test",
        "timestamp": "T",
        "data": {},
    }
    assert "no webhook is deployed" not in said


def test_without_a_webhook_it_says_who_gets_the_event(target):
    """Whoever listens on the bus."""
    del target.outputs["WebhookQueueUrl"]
    assert "no webhook is deployed (webhook_url)" in target.run(send_test)


def test_what_nobody_took_is_listed_with_its_reason_and_stays(target):
    """A look moves nothing."""
    target.set_aside(EVENT, reason="HTTP 500")
    target.set_aside(EVENT | {"id": "dec_2"})
    said = target.run(redrive, only_looks=True)
    assert "dec_1 (decision.block, 2026-11-01T00:00:00Z): HTTP 500" in said
    assert f"dec_2 (decision.block, 2026-11-01T00:00:00Z): {BY_LAMBDA}" in said
    assert "2 events wait" in said
    assert (len(target.bodies("undelivered")), target.bodies("webhook")) == (2, [])


def test_what_nobody_took_goes_out_again(target):
    """Also what EventBridge could not hand over, without its words around it."""
    target.set_aside(EVENT, reason="gone")
    target.set_aside({"detail-type": "decision.block", "detail": EVENT | {"id": "dec_2"}}, ERROR_CODE="NO_PERMISSIONS")
    assert "2 events sent out again" in target.run(redrive, only_looks=False)
    assert (target.bodies("undelivered"), sorted(one["id"] for one in target.bodies("webhook"))) == ([], ["dec_1", "dec_2"])


def test_what_comes_back_at_once_is_not_sent_out_in_a_circle(target, monkeypatch):
    """A receiver who is still gone gets each event once per command."""
    for number in range(12):
        target.set_aside(EVENT | {"id": f"dec_{number}"}, reason="gone")
    real = target.sqs.delete_message
    monkeypatch.setattr(target.sqs, "delete_message", lambda **given: (real(**given), target.set_aside(EVENT, reason="gone")))
    assert "12 events sent out again" in target.run(redrive, only_looks=False)


def test_a_platform_without_a_webhook_has_nothing_to_redrive(target):
    """It says what to set."""
    del target.outputs["UndeliveredQueueUrl"]
    with pytest.raises(CommandError, match="webhook_url"):
        target.run(redrive, only_looks=True)
