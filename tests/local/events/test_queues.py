"""Queues that feed functions: what was taken goes, what was not comes back, and what nobody can take is set aside."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from local.events.queues import named_failures
from tests.local.workbench import ROLE, wait_until

# Takes what has `good` in it, and says of the rest that it stays; a message `crash` breaks it.
PICKY = """
import boto3, json, os
sent = boto3.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
def handler(event, context):
    bodies = [record["body"] for record in event["Records"]]
    for record in event["Records"]:
        assert record["eventSource"] == "aws:sqs" and int(record["attributes"]["SentTimestamp"])
        seen = [record["body"], record["attributes"]["ApproximateReceiveCount"]]
        sent.send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(seen))
    if '"crash"' in bodies:
        raise RuntimeError
    return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"] if "good" not in r["body"]]}
"""


@pytest.fixture
def fed(embedded):
    """A picky function behind a queue; gives the queue's URL, that of what it saw, and that of what is set aside."""
    seen, _ = embedded.queue()
    letters, letters_arn = embedded.queue()
    policy = json.dumps({"deadLetterTargetArn": letters_arn, "maxReceiveCount": 2})
    url, arn = embedded.queue(VisibilityTimeout="1", RedrivePolicy=policy)
    name = embedded.function(PICKY, Environment={"Variables": {"SEEN": seen}})
    made = embedded.client("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    yield url, seen, letters
    embedded.client("lambda").delete_event_source_mapping(UUID=made["UUID"])


def seen_until(embedded, url, count):
    """What the function was handed, once it is as much."""
    found = []

    def is_enough():
        found.extend(embedded.messages(url))
        return len(found) >= count

    assert wait_until(is_enough), found
    return found


def test_what_is_taken_goes_and_what_is_not_comes_back_when_it_is_visible(embedded, fed):
    """By itself: the others of its batch are not repeated with it."""
    url, seen, letters = fed
    client = embedded.client("sqs")
    for body in ("good", "bad"):
        client.send_message(QueueUrl=url, MessageBody=json.dumps(body))
    found = seen_until(embedded, seen, 3)
    assert sorted(map(tuple, found)) == [('"bad"', "1"), ('"bad"', "2"), ('"good"', "1")]
    assert wait_until(lambda: embedded.messages(letters) == ["bad"])


@pytest.mark.parametrize(
    ("named", "stay"),
    [
        ([], []),
        (["one"], ["one"]),
        (["one", "two"], ["one", "two"]),
        (["three"], ["one", "two"]),
        (["one", "three"], ["one", "two"]),
        (["one", "two", "three"], ["one", "two"]),
        ([None], ["one", "two"]),
        ([""], ["one", "two"]),
    ],
)
def test_an_answer_that_names_what_is_no_message_of_the_batch_takes_none_of_it(named, stay):
    """As AWS reads it: rather is a message handed over again than lost."""
    batch = [SimpleNamespace(id="one"), SimpleNamespace(id="two")]
    answer = {"batchItemFailures": [{"itemIdentifier": name} for name in named]}
    assert sorted(named_failures(json.dumps(answer).encode(), batch)) == stay


def test_a_function_that_breaks_leaves_its_batch_until_it_is_set_aside(embedded, fed):
    """After as many tries as the queue allows."""
    url, _, letters = fed
    embedded.client("sqs").send_message(QueueUrl=url, MessageBody='"crash"')
    assert wait_until(lambda: embedded.messages(letters) == ["crash"])


def test_a_function_that_may_not_take_messages_cannot_be_fed(embedded):
    """Lambda looks when the mapping is made."""
    _, arn = embedded.queue()
    iam, role = embedded.client("iam"), embedded.name("role")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    name = embedded.function("def handler(event, context): pass", Role=ROLE.rpartition("/")[0] + f"/{role}")
    with pytest.raises(ClientError, match="does not have permissions to call ReceiveMessage on SQS"):
        embedded.client("lambda").create_event_source_mapping(FunctionName=name, EventSourceArn=arn)


def test_the_age_of_the_oldest_message_rings(embedded):
    """Also of one that is being tried, which nobody sees."""
    url, arn = embedded.queue()
    client, name = embedded.client("cloudwatch"), embedded.name("alarm")
    client.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": arn.rsplit(":", 1)[-1]}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    sqs = embedded.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=60)
    time.sleep(1)
    assert wait_until(lambda: client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] == "ALARM")
