"""A webhook: nothing of it unless it is asked for, and then little that may be done by it."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "functions/webhook"
PLACE = "GreenFraud-Serving/Notification/Webhook"
OF_LAMBDA = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}


@pytest.fixture
def found(resources_of):
    """Finds properties of a type in the setting that has a webhook, by construct path."""
    return lambda kind: {path: item["Properties"] for path, item in resources_of("private", kind).items() if PLACE in path}


def test_nothing_of_it_is_there_unless_an_address_is_given(resources_of):
    """A deployment without one pays for no secret, and has no rule and no queue for it."""
    for kind in ("AWS::Events::Rule", "AWS::SecretsManager::Secret", "AWS::SQS::Queue"):
        assert not [path for path in resources_of("dev", kind) if "Webhook" in path]


def test_it_gets_exactly_the_variables_it_reads_and_no_secret_among_them(found):
    """Of the secret the name alone, which opens nothing by itself."""
    (function,) = found("AWS::Lambda::Function").values()
    variables = function["Environment"]["Variables"]
    tree = ast.parse((FOLDER / "settings.py").read_text(encoding="utf-8"))
    (declared,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    fields = {node.target.id.upper() for node in declared.body if isinstance(node, ast.AnnAssign)}
    assert set(variables) == fields
    assert "Ref" in variables["WEBHOOK_SECRET"]
    (secret,) = found("AWS::SecretsManager::Secret").values()
    assert "SecretString" not in secret


def test_it_may_call_exactly_what_it_says_it_calls(found):
    """And what Lambda itself calls in its name."""
    (policy,) = found("AWS::IAM::Policy").values()
    actions = {
        action
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        if not action.startswith("kms:")
    }
    assert actions == OF_LAMBDA | set(json.loads((FOLDER / "actions.json").read_text(encoding="utf-8")))


def test_it_takes_no_more_than_two_executions_from_scoring(found):
    """A new account has ten in all."""
    (source,) = found("AWS::Lambda::EventSourceMapping").values()
    assert source["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_it_is_posted_the_detail_and_what_the_bus_cannot_hand_over_waits(found):
    """In the queue of what nobody took, which rings."""
    (rule,) = found("AWS::Events::Rule").values()
    (target,) = rule["Targets"]
    assert (rule["EventPattern"], target["InputPath"]) == ({"source": ["greenfraud.decisions"]}, "$.detail")
    assert "Undelivered" in json.dumps(target["DeadLetterConfig"])
    (queue,) = [one for path, one in found("AWS::SQS::Queue").items() if path.endswith("/Queue")]
    assert "Undelivered" in json.dumps(queue["RedrivePolicy"])
    (function,) = found("AWS::Lambda::Function").values()
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]  # as AWS asks, or messages come twice
    watched = {(alarm["MetricName"], alarm["Threshold"]) for alarm in found("AWS::CloudWatch::Alarm").values()}
    assert watched == {("ApproximateNumberOfMessagesVisible", 0), ("ApproximateAgeOfOldestMessage", 3_600)}


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://example.com/hook", "expected https; plain http is for localhost"),
        ("http://localhost.example.com/hook", "expected https"),
        ("ftp://example.com", "expected an address such as"),
        ("https://", "expected an address such as"),
        ("https://example.com:port/", "expected an address such as"),
        ("https://user:word@example.com/hook", "expected no name and no password"),
        ("https://example.com/hook#part", "expected nothing after a #"),
        ("https://example.com/a b", "printable ASCII"),
        ("https://exämple.com/", "printable ASCII"),
        ("https://example.com/" + "a" * 1000, "at most 1000"),
    ],
)
def test_an_address_that_cannot_be_posted_to_is_refused_with_the_reason(url, fault):
    """When the template is synthesised, not when the first payment is blocked."""
    from cdk.settings import Settings, SettingsError

    with pytest.raises(SettingsError, match=f"webhook_url is '.*{fault}"):
        Settings(webhook_url=url)


@pytest.mark.parametrize("url", ["https://example.com/hook?team=fraud", "http://localhost:9000/hook", "http://127.0.0.1:1/"])
def test_https_and_this_machine_are_accepted(url):
    """The second for the embedded AWS: a function on AWS refuses it."""
    from cdk.settings import Settings

    assert Settings(webhook_url=url).webhook_url == url
