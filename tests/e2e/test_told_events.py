"""Whoever listens on the deployment's bus hears of every payment that was not simply allowed, and of no other."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.e2e.deployment import wait_until
from tests.listening import let_send

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.fixture
def heard(deployment):
    """What a queue of somebody's own hears, by a rule of somebody's own: details by payment."""
    sqs, events, name = deployment.client("sqs"), deployment.client("events"), f"listener-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["greenfraud.decisions"], "detail-type": ["decision.block", "decision.review"]})
    bus = deployment.outputs["EventBus"]
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
    let_send(sqs, rule, url=url, queue=queue)
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": queue}])
    found = {}

    def hear():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            found[event["detail"]["data"]["transaction_id"]] = event
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    yield hear
    events.remove_targets(Rule=name, EventBusName=bus, Ids=["1"])
    events.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=url)


def test_everything_but_allow_is_told_on_the_bus(deployment, heard):
    """With what was answered: decision, reasons' codes, policy and model; and with nothing of who paid."""
    ours = uuid.uuid4().hex[:8]
    paid = [
        {
            "transaction_id": f"{ours}-{number}",
            "occurred_at": f"2026-02-12T11:00:{number:02}Z",
            "customer_id": f"{ours}-customer-{number}",
            "terminal_id": f"{ours}-terminal-{number}",
            "amount_minor": amount,
        }
        for number, amount in enumerate([400, 30_000, 70_000])
    ]
    answers = {one["transaction_id"]: one for one in deployment.answer("POST", "/v1/score/batch", paid)["results"]}
    due = {name for name, answer in answers.items() if answer["decision"] != "allow"}
    assert due
    wait_until(lambda: due <= heard().keys())
    events = {name: event for name, event in heard().items() if name.startswith(ours)}
    assert events.keys() == due
    for name, event in events.items():
        answer, data = answers[name], event["detail"]["data"]
        assert event["detail-type"] == event["detail"]["type"] == f"decision.{answer['decision']}"
        assert data["reasons"] == [reason["code"] for reason in answer["reasons"] if reason["direction"] != "against"]
        assert (data["policy"]["version"], data["model"]) == (answer["policy_version"], answer["model"])
        assert "customer" not in json.dumps(event)
        assert "terminal-" not in json.dumps(event)
