"""Scoring over HTTP with the promoted model, and what a decision sets off behind it."""

from __future__ import annotations

import uuid

import pytest

from cli.data.upload import keys_below
from functions.score.state import DynamoStateReader, Tables
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, SECOND_US, day_of, format_rfc3339
from greenfraud.items.state import tables_of
from greenfraud.records import Transaction
from tests.e2e.deployment import wait_until
from tests.e2e.landed import ids_in

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.fixture
def transaction(first_run):
    """A transaction a day after the newest one, of a customer and at a terminal the platform knows; new to each test."""
    like = first_run.held_back[0].transaction
    occurred_at = format_rfc3339(like.occurred_us + DAY_US)
    return {**like.to_json(), "transaction_id": f"e2e-{uuid.uuid4().hex[:8]}", "occurred_at": occurred_at}


def test_a_score_has_probability_reasons_and_emissions(deployment, transaction):
    """By the model in production, undegraded, on the state of both entities."""
    answer = deployment.answer("POST", "/v1/score?reasons=true", transaction)
    assert 0.0 <= answer["fraud_probability"] <= 1.0
    assert answer["decision"] in {"allow", "review", "block"}
    assert answer["reasons"]
    assert all(reason["text"] and reason["code"] for reason in answer["reasons"])
    assert "{family}/{version}".format(**answer["model"]) == deployment.health()["model"]
    assert answer["degraded"] == []
    assert 0.0 < answer["emissions_g"] < 0.01


def test_the_same_transaction_again_gets_the_stored_answer(deployment, transaction):
    """To the byte, emissions included: nothing is computed twice."""
    first = deployment.call("POST", "/v1/score", transaction)
    assert first.content == deployment.call("POST", "/v1/score", transaction).content
    assert first.json() == deployment.answer("GET", f"/v1/decisions/{transaction['transaction_id']}")


def test_other_content_under_a_decided_id_is_refused(deployment, transaction):
    """409, and the first decision stands."""
    decided = deployment.answer("POST", "/v1/score", transaction)
    refused = deployment.call("POST", "/v1/score", {**transaction, "amount_minor": transaction["amount_minor"] + 1})
    assert refused.status_code == 409
    assert refused.json()["title"]
    assert decided == deployment.answer("GET", f"/v1/decisions/{transaction['transaction_id']}")


def test_bad_input_is_named_and_nothing_is_stored(deployment, transaction):
    """A time without an offset: 422 with the field, and no decision."""
    refused = deployment.call("POST", "/v1/score", {**transaction, "occurred_at": "2026-02-12T10:00:00"})
    assert refused.status_code == 422
    assert refused.json()["field"] == "occurred_at"
    assert deployment.call("GET", f"/v1/decisions/{transaction['transaction_id']}").status_code == 404


def test_the_days_doubts_are_listed_by_what_they_are_expected_to_lose(deployment, first_run):
    """All of the kept-back transactions that were not allowed and nothing that was, each with its answer and its amount."""
    answers = [deployment.answer("POST", "/v1/score", held.transaction.to_json()) for held in first_run.held_back]
    (day,) = {day_of(held.transaction.occurred_us).isoformat() for held in first_run.held_back}
    listed = deployment.answer("GET", f"/v1/reviews?day={day}&state=all&limit=1000")["reviews"]
    doubted = [answer for answer in answers if answer["decision"] != "allow"]
    assert doubted
    by_id = {one["transaction_id"]: one for one in listed}
    assert all(answer.items() <= by_id[answer["transaction_id"]].items() for answer in doubted)
    assert "allow" not in {answer["decision"] for answer in listed}
    losses = [one["expected_loss_minor"] for one in listed]
    assert sorted(losses, reverse=True) == losses


def test_known_frauds_rank_above_the_others(deployment, first_run):
    """Of the kept-back transactions, the riskiest one is a fraud."""
    answers = [(deployment.answer("POST", "/v1/score", held.transaction.to_json()), held) for held in first_run.held_back]
    _, riskiest = max(answers, key=lambda pair: pair[0]["fraud_probability"])
    assert riskiest.is_fraud


def test_a_report_of_fraud_is_taken_once(deployment, transaction):
    """Stored, then known; a report on a transaction nobody decided is refused."""
    deployment.answer("POST", "/v1/score", transaction)
    report = {"transaction_id": transaction["transaction_id"], "is_fraud": True, "observed_at": "2026-03-01T09:00:00Z"}
    assert deployment.answer("POST", "/v1/labels", report) == {"results": ["stored"]}
    assert deployment.answer("POST", "/v1/labels", report) == {"results": ["known"]}
    assert deployment.call("POST", "/v1/labels", {**report, "transaction_id": "never"}).status_code == 404


def test_the_next_score_sees_the_transaction_before(deployment, transaction):
    """The customer's count of the hour grows by one soon after the decision, and the next answer is based on it."""
    manifest = load_manifest()
    states = tables_of(manifest, deployment.outputs["CustomerTable"], deployment.outputs["TerminalTable"])
    tables = Tables(deployment.outputs["ControlTable"], states)
    reader = DynamoStateReader(lambda: deployment.client("dynamodb"), tables, manifest)
    first = Transaction.from_json({**transaction, "customer_id": f"new-{uuid.uuid4().hex[:8]}", "terminal_id": None})
    # The window of an hour is counted in whole steps of five minutes, the present one left out.
    later_us = first.occurred_us + 600 * SECOND_US

    def count() -> float:
        customer = "customer_activity", first.customer_id
        values = compute(manifest, [reader.read([customer]).states[customer]], later_us, 1_000)
        return values["customer_count_1h"] or 0.0

    assert count() == 0.0
    assert deployment.answer("POST", "/v1/score", first.to_json())["features_as_of"] is None
    wait_until(lambda: count() == 1.0)
    following = {**first.to_json(), "transaction_id": f"{first.transaction_id}-b", "occurred_at": format_rfc3339(later_us)}
    answer = deployment.answer("POST", "/v1/score", following)
    assert Transaction.from_json({**following, "occurred_at": answer["features_as_of"]}).occurred_us == first.occurred_us


def test_a_payment_that_was_held_is_let_go_and_lands_as_a_release(deployment, first_run):
    """Of some amounts just above the rule's, one goes to a person; from its release on it counts as accepted."""
    held = next(filter(None, (held_of(deployment, one.transaction) for one in first_run.held_back)))
    released = {"transaction_id": held["transaction_id"], "released_at": held["occurred_at"]}
    assert deployment.answer("POST", "/v1/releases", released)["results"] == ["released"]
    wait_until(lambda: is_landed(deployment, held))


def held_of(deployment, like):
    """A payment like one of the kept-back ones, if a person is to look at it."""
    sent = {**like.to_json(), "transaction_id": f"held-{uuid.uuid4().hex[:8]}", "amount_minor": 23_000}
    return sent if deployment.answer("POST", "/v1/score", sent)["decision"] == "review" else None


def is_landed(deployment, payment):
    """Whether the lake has its release."""
    keys = keys_below(deployment.client("s3"), deployment.outputs["LakeBucket"], "releases/")
    return any(payment["transaction_id"] in ids_in(deployment, key) for key in keys)
