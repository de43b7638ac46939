"""The API is called as any client calls it; what it refuses is told in its own words."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

from cli.api import call_api
from cli.data.dataset import HeldBack
from cli.errors import CommandError, InputError
from cli.next_steps import next_steps
from cli.scoring import Score, score_held_back, score_table
from cli.screen import Screen
from cli.target import Target
from greenfraud.records import Transaction

ANSWER = {
    "fraud_probability": 0.91234,
    "decision": "block",
    "reasons": [
        {"code": "r", "feature": "amount", "value": 5.0, "contribution": 0.5, "text": "amount far above the customer's own"}
    ],
    "model": {"family": "light", "version": "20260101-20260108-01234567"},
    "emissions_g": 3.9e-6,
}
HELD = HeldBack(Transaction("x1", 1_775_000_000_000_000, "c1", None, 51_240), is_fraud=True)


def test_a_request_is_signed_and_carries_the_wire_form(api):
    """As AWS wants it."""
    api.answer = (200, ANSWER)
    (score,) = score_held_back(api.target, [HELD])
    path, headers, body = api.requests[0]
    assert path == "/v1/score"
    assert "AWS4-HMAC-SHA256" in headers["Authorization"]
    assert body == HELD.transaction.to_json()
    assert score.document()["is_fraud"] is True


def test_a_refusal_is_told_in_the_apis_own_words(api):
    """An RFC 9457 problem."""
    api.answer = (409, {"title": "Conflict", "detail": "x1 was scored with other content"})
    with pytest.raises(InputError, match="answered 409: Conflict: x1 was scored with other content"):
        call_api(api.target, "POST", "/v1/score", {})


def test_a_fault_of_the_api_is_not_the_persons(api):
    """Exit code 1."""
    api.answer = (503, {"title": "State unavailable"})
    with pytest.raises(CommandError, match="answered 503: State unavailable") as caught:
        call_api(api.target, "POST", "/v1/score", {})
    assert caught.value.exit_code == 1


def test_an_api_that_is_down_is_named():
    """With what to do."""
    with pytest.raises(CommandError, match=r"does not answer at http://127.0.0.1:9: .*Run `make run` first"):
        call_api(Target("http://127.0.0.1:1", api_url="http://127.0.0.1:9/"), "GET", "/health")


def printed(print_to):
    """What a log would hold."""
    console = Console(width=200, record=True, soft_wrap=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    print_to(Screen(console))
    return console.export_text()


def test_scores_are_shown_with_probability_decision_reasons_model_and_emissions():
    """One row each, beside the truth."""
    text = printed(lambda screen: screen.table(score_table([Score(HELD, ANSWER)])))
    for shown in ("x1", "512.40", "fraud", "0.9123", "block", "amount far above", "light/20260101-20260108-01234567", "3.90 µg"):
        assert shown in text


def test_before_any_model_the_table_says_rules():
    """`fraud_probability` and `model` are null then."""
    answer = {**ANSWER, "fraud_probability": None, "model": None}
    assert "rules" in printed(lambda screen: screen.table(score_table([Score(HELD, answer)])))


def test_what_to_try_next_stands_on_lines_of_its_own(api):
    """So that each can be pasted."""
    api.target.outputs = {"StateMachineArn": "arn:machine"}
    lines = printed(lambda screen: next_steps(screen, api.target, HELD.transaction)).splitlines()
    curl = next(line for line in lines if "POST" in line)
    assert json.loads(curl.split("-d '")[1].rstrip().rstrip("'"))["customer_id"] == "c1"
    assert any("start-execution --state-machine-arn arn:machine --input '{}'" in line for line in lines)
