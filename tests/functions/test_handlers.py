"""The functions as Lambda calls them: cold start, events as AWS sends them, and the permissions they use."""

from __future__ import annotations

import dataclasses
import importlib
import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from aws_world import NAMES, golden
from bundle_world import bundle, put_bundle
from control_world import EXECUTION, EXECUTION_ARN, ControlWorld, hold_lease
from lake_world import put_dataset, train_result
from policy_documents import OURS
from score_world import TRANSACTION

from functions.webhook.posting import Answer
from greenfraud.errors import SettingsError

FUNCTIONS = Path(__file__).parents[2] / "functions"
NAMES_OF_FUNCTIONS = sorted(".".join(path.parent.relative_to(FUNCTIONS).parts) for path in FUNCTIONS.rglob("handler.py"))
CONTROL = ["control.gate", "control.guard", "control.operate", "control.promote", "control.record", "control.release"]


def listed(name: str) -> list[str]:
    """The actions a function says it needs."""
    actions: list[str] = json.loads((FUNCTIONS / name.replace(".", "/") / "actions.json").read_text())
    return actions


def test_every_function_is_tested_here():
    """A new function shows up by failing."""
    assert [*CONTROL, "ingest", "notify", "plan", "score", "webhook"] == NAMES_OF_FUNCTIONS


@pytest.mark.parametrize("name", NAMES_OF_FUNCTIONS)
def test_a_missing_variable_stops_the_cold_start_and_is_named(start, monkeypatch, name):
    """Every one of them, not only the first."""
    settings = importlib.import_module(f"functions.{name}.settings")
    for field in dataclasses.fields(settings.Settings):
        environment = {variable: value for variable, value in NAMES.items() if variable != field.name.upper()}
        with pytest.raises(SettingsError, match=field.name.upper()):
            settings.Settings.from_env(environment)


@pytest.mark.parametrize("name", ["score", "ingest"])
def test_a_number_that_is_none_is_named(name):
    """With what stands there."""
    settings = importlib.import_module(f"functions.{name}.settings")
    with pytest.raises(SettingsError, match="PUE is not a number: 'high'"):
        settings.Settings.from_env(NAMES | {"PUE": "high"})


@pytest.mark.parametrize("name", NAMES_OF_FUNCTIONS)
def test_a_cold_start_makes_no_client(start, actions, name, monkeypatch):
    """Clients are made when the first event needs them."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a client at import")

    monkeypatch.setattr(boto3, "client", refuse)
    assert callable(start(name))


def test_score_answers_an_api_gateway_event_with_only_the_actions_it_lists(start, actions, s3, dynamodb):
    """Through Mangum, model and all."""
    ControlWorld(start, s3, dynamodb).promote("v1")
    handler = start("score")
    actions.clear()
    response = handler(golden("api_gateway_score"), None)
    answer = json.loads(response["body"])
    assert (response["statusCode"], answer["model"]) == (200, {"family": "light", "version": "v1"})
    for method, path, body in (
        ("POST", "/v1/reviews/T1", {"action": "claim"}),
        ("POST", "/v1/labels", {"transaction_id": "T1", "is_fraud": True, "observed_at": "2018-05-27T12:00:00Z"}),
        ("GET", "/v1/decisions/T1", None),
        ("GET", "/v1/explanations/T1", None),
        ("GET", "/v1/reviews", None),
    ):
        assert handler(http_event(method, path, body), None)["statusCode"] == 200
    assert set(actions) == set(listed("score"))


def test_no_log_line_holds_a_transactions_id(start, aws, caplog):
    """Not even as part of a path."""
    with caplog.at_level(logging.INFO):
        start("score")(http_event("GET", "/v1/decisions/T1", None), None)
    assert "T1" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith(("mangum", "functions")))


def test_ingest_takes_a_stream_event_with_only_the_actions_it_lists(start, actions):
    """A decision, its report, and a record that is neither."""
    event = golden("dynamodb_stream_decisions")
    poison = event["Records"][0] | {"dynamodb": {"SequenceNumber": "3", "NewImage": {}}}
    event["Records"].append(poison)
    handler = start("ingest")
    actions.clear()
    assert handler(event, None) == {"batchItemFailures": []}
    assert set(actions) == set(listed("ingest"))


def test_notify_takes_a_stream_event_with_only_the_actions_it_lists(start, actions):
    """A block, and a record that cannot be read."""
    event = golden("dynamodb_stream_decisions")
    image = event["Records"][0]["dynamodb"]["NewImage"]
    image["decision"], image["answer"] = {"S": "block"}, {"S": image["answer"]["S"].replace("allow", "block")}
    event["Records"][1]["dynamodb"]["NewImage"] = {"record": {"S": "decision"}}
    handler = start("notify")
    actions.clear()
    assert handler(event, None) == {"batchItemFailures": []}
    assert set(actions) == set(listed("notify"))


def test_webhook_takes_a_queues_messages_with_only_the_actions_it_lists(start, actions, monkeypatch):
    """One that is delivered, one that comes back, and one that is too old."""
    secret = boto3.client("secretsmanager").create_secret(Name="webhook", SecretString="0" * 32)["ARN"]
    monkeypatch.setenv("WEBHOOK_SECRET", secret)
    handler = start("webhook")
    statuses = iter((200, 500, 500))
    monkeypatch.setattr(sys.modules["functions.webhook.handler"], "post", lambda *_, **__: Answer(next(statuses)))
    actions.clear()
    event = golden("sqs_webhook")
    stays = [handler({"Records": [record]}, None)["batchItemFailures"] for record in event["Records"]]
    assert stays == [[], [{"itemIdentifier": "2"}], []]
    assert set(actions) == set(listed("webhook"))


def test_plan_answers_the_state_machine_with_only_the_actions_it_lists(start, actions, s3, dynamodb):
    """From a lease that a dead execution left and the data set to the stored plan."""
    put_dataset(s3)
    hold_lease(dynamodb, f"{EXECUTION_ARN}-dead")
    handler = start("plan")
    actions.clear()
    assert handler(golden("step_functions_plan"), None)["outcome"] == "train"
    assert set(actions) == set(listed("plan"))


def test_record_and_gate_take_the_plans_values_with_only_the_actions_they_list(start, actions, s3, dynamodb):
    """A training's result and an evaluation."""
    train_result(s3, EXECUTION)
    hold_lease(dynamodb, EXECUTION_ARN)
    evaluation = {"candidates": [], "holdout": {"frauds": 0}}
    s3.put_object(Bucket="artifacts", Key=f"executions/{EXECUTION}/evaluation.json", Body=json.dumps(evaluation))
    job = {"execution": EXECUTION, "family": "light", "chunk": "20180401-20180408", "version": "v1"}
    for verb in ("record", "gate"):
        handler = start(f"control.{verb}")
        actions.clear()
        handler(job, None)
        assert set(actions) == set(listed(f"control.{verb}")), verb


def test_promote_and_operate_change_production_with_only_the_actions_they_list(start, actions, s3, dynamodb):
    """As the state machine and as API Gateway call them."""
    world = ControlWorld(start, s3, dynamodb)
    world.promote("v0")
    put_bundle(s3, bundle("v1"))
    world.decide("v1")
    promotion = {"execution_arn": world.execution_arn}
    policy = {"routeKey": "POST /v1/production/policy", "body": json.dumps({"document": OURS, "reason": "tests"})}
    asked = [golden("api_gateway_rollback") | changes for changes in (policy, {"routeKey": "GET /v1/production"}, {})]
    for verb, events in {"promote": [promotion], "operate": asked}.items():
        actions.clear()
        for event in events:
            world.call(verb, event)
        assert set(actions) == set(listed(f"control.{verb}")), verb
    assert [entry["verb"] for entry in world.ledger()] == ["promote", "promote", "policy", "rollback"]


def test_guard_takes_a_canary_away_with_only_the_actions_it_lists(start, actions, s3, dynamodb):
    """As an alarm calls it; where promotions are taken back too, it also reads models."""
    world = ControlWorld(start, s3, dynamodb)
    world.promote("v0")
    put_bundle(s3, bundle("v1"))
    canary = {"percent": 5, "model": "light/v1", "reason": "tests", "confirmed": True}
    world.ask("POST /v1/production/canary", canary)
    actions.clear()
    ringing = golden("cloudwatch_alarm")
    ringing["alarmData"]["state"]["timestamp"] = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    assert world.call("guard", ringing) == {"done": "canary off"}
    assert set(actions) == set(listed("control.guard"))


def test_release_publishes_with_only_the_actions_it_lists(start, actions, monkeypatch):
    """As CloudFormation calls it."""
    handler = start("control.release")
    answers: list[object] = []
    monkeypatch.setattr(sys.modules["functions.control.release.handler"], "answer", lambda *told: answers.append(told[1:]))
    actions.clear()
    handler({"RequestType": "Create", "ResponseURL": "x"}, None)
    assert set(actions) == set(listed("control.release"))
    assert answers == [("release", None)]


def http_event(method: str, path: str, body: object) -> dict:
    """The golden event with another request in it."""
    event = golden("api_gateway_score")
    event |= {"rawPath": path, "rawQueryString": "day=2018-05-20", "body": json.dumps(body)}
    event["requestContext"]["http"] |= {"method": method, "path": path}
    return event


def test_the_golden_request_is_the_usual_transaction():
    """The event and the tests speak of one payment."""
    assert json.loads(golden("api_gateway_score")["body"]) == TRANSACTION | {"amount_minor": 30_000}


def test_a_client_that_is_none_is_named_with_its_choices():
    """A typing error must not pass as the default."""
    settings = importlib.import_module("functions.score.settings")
    with pytest.raises(SettingsError, match="DYNAMODB_CLIENT is 'boto', choose one of lean, boto3"):
        settings.Settings.from_env(NAMES | {"DYNAMODB_CLIENT": "boto"})
