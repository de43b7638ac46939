"""What a person asks of production: each change is entered under the name that API Gateway vouches for."""

from __future__ import annotations

import base64
import json

import pytest
from aws_world import golden
from botocore.exceptions import EndpointConnectionError
from bundle_world import bundle, put_bundle
from control_world import PERSON, ControlWorld

ROLLBACK = "POST /v1/production/rollback"


@pytest.fixture
def world(start, s3, dynamodb):
    """The functions, and the pipeline running."""
    return ControlWorld(start, s3, dynamodb)


@pytest.fixture
def promoted(world):
    """Two promotions, the second of which serves."""
    world.promote("v1")
    world.promote("v2")
    return world


def test_a_rollback_puts_the_previous_model_back(promoted):
    """And says in the ledger who did it and why."""
    body = promoted.roll_back("precision fell")
    assert (body["revision"], body["production"]["version"]) == (3, "v1")
    assert {copy.production.version for copy in promoted.copies()} == {"v1"}
    entry = promoted.ledger()[-1]
    assert (entry["verb"], entry["actor"], entry["reasons"]) == ("rollback", PERSON, ["precision fell"])


def test_repeated_rollbacks_go_further_back_until_the_rules(promoted):
    """Never forth again to the model that was taken back."""
    versions = [promoted.roll_back(confirmed=confirmed)["production"] for confirmed in (False, True)]
    assert [version and version["version"] for version in versions] == ["v1", None]
    status, body = promoted.ask(ROLLBACK, {"reason": "alarm"})
    assert (status, body["detail"]) == (409, "nothing has been promoted that could be rolled back")


def test_a_promotion_after_a_rollback_counts_from_there(promoted):
    """v1, v2, back to v1, v3: before v3 stood v1."""
    promoted.roll_back()
    promoted.promote("v3")
    assert promoted.roll_back()["production"]["version"] == "v1"


def test_a_model_that_was_altered_since_is_not_rolled_back_to(promoted, s3):
    """Its digest stands in the ledger."""
    put_bundle(s3, bundle("v1", bias=0.0))
    status, body = promoted.ask(ROLLBACK, {"reason": "alarm"})
    assert (status, body["detail"]) == (409, "light/v1 is no longer the bundle that was promoted: name another that stood before")
    assert promoted.in_production() == "v2"


def test_a_model_whose_graph_was_altered_since_is_refused_and_is_no_fault_of_the_api(promoted, s3):
    """Asked again it would be no better: another model, or the rules, can be named."""
    s3.put_object(Bucket="artifacts", Key="models/light/v1/model.onnx", Body=b"other")
    status, body = promoted.ask(ROLLBACK, {"reason": "alarm"})
    assert (status, body["detail"]) == (409, "altered after training: model.onnx")
    assert promoted.in_production() == "v2"


def test_production_is_told_before_and_after_the_first_promotion(world):
    """Before it, no model is named."""
    assert world.in_production() is None
    world.promote("v1")
    assert world.in_production() == "v1"


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"iam": None},
        {"iam": {}},
        {"iam": {"userArn": None}},
        {"iam": {"userArn": ""}},
        {"jwt": {"claims": {"sub": "ada"}}},
    ],
)
def test_without_a_caller_that_api_gateway_verified_nothing_changes(promoted, authorizer):
    """An open route, another authorizer, or none."""
    context = {**golden("api_gateway_rollback")["requestContext"], "authorizer": authorizer}
    status, body = promoted.ask(ROLLBACK, {"reason": "alarm"}, requestContext=context)
    assert (status, body["title"]) == (403, "Forbidden")
    assert body["detail"].startswith("who asks is not known: sign the request")
    assert promoted.in_production() == "v2"


@pytest.mark.parametrize("payload", [{}, {"verb": "rollback", "reason": "alarm", "actor": "oncall"}, {"requestContext": "x"}])
def test_a_direct_call_with_a_payload_is_refused(promoted, payload):
    """It names whom it likes."""
    assert promoted.call("operate", payload)["statusCode"] == 403
    assert promoted.in_production() == "v2"


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"reason": "alarm", "actor": "oncall"}, "actor", "is whoever signed the request; leave it out"),
        (
            {"reason": "alarm", "version": "v1"},
            "version",
            "is unknown; the body has confirmed, model, reason, request_id, revision",
        ),
        ({}, "reason", "must be a non-empty string"),
        ({"reason": " "}, "reason", "must be a non-empty string"),
        ({"reason": "a\x1b[2J"}, "reason", "must be one line of printable characters"),
        ({"reason": ["alarm"]}, "reason", "must be a non-empty string"),
        ({"reason": "x" * 1_001}, "reason", "must have at most 1,000 characters"),
        (["alarm"], "body", "must be a JSON object"),
    ],
)
def test_an_unusable_body_names_its_field(promoted, body, field, reason):
    """And nothing is changed."""
    status, problem = promoted.ask(ROLLBACK, body)
    assert (status, problem["field"], problem["reason"]) == (422, field, reason)
    assert promoted.in_production() == "v2"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_a_body_that_is_not_json_is_refused(promoted, text):
    """Also one nested too deep."""
    answer = promoted.call("operate", golden("api_gateway_rollback") | {"body": text})
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["field"], problem["reason"]) == (422, "body", "must be JSON")


def test_a_body_in_base64_is_read(promoted):
    """As API Gateway hands over what it does not take for text."""
    body = base64.b64encode(b'{"reason": "alarm"}').decode()
    answer = promoted.call("operate", golden("api_gateway_rollback") | {"body": body, "isBase64Encoded": True})
    assert answer["statusCode"] == 200


def test_another_route_is_not_found_with_the_choices(world):
    """A route that leads here by mistake does nothing."""
    status, body = world.ask("DELETE /v1/production")
    assert status == 404
    assert body["detail"].startswith("choose one of GET /v1/production, POST /v1/production/promote, ")


def test_a_store_that_does_not_answer_is_said_without_a_word_of_it(promoted, monkeypatch, caplog):
    """A repeated rollback goes further back, so look first."""
    from functions.control.stage import Stage

    def fail(_):
        raise EndpointConnectionError(endpoint_url="https://secret")

    monkeypatch.setattr(Stage, "entries", fail)
    status, body = promoted.ask(ROLLBACK, {"reason": "alarm"})
    assert (status, body["detail"]) == (503, "the store does not answer; see what is in production before you try again")
    assert "EndpointConnectionError" in caplog.text
    assert "secret" not in caplog.text
