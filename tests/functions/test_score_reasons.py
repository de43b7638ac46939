"""The reasons of an answer: never none where somebody is stopped, what speaks for fraud first, at most five, told as stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bundle_world import UNMOVED, WEIGHTS, bundle, put_bundle
from hypothesis import given
from hypothesis import strategies as st
from score_world import MANIFEST, TRANSACTION, World, customer_state

from functions.score.model import Model
from functions.score.state import Snapshot
from functions.score.verdict import Judge, unknown_of
from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.control import ControlDocument
from greenfraud.instants import HOUR_US, parse_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.reasons import REASONS_PER_ANSWER
from greenfraud.records import Transaction

NOW_US = parse_rfc3339(TRANSACTION["occurred_at"])
ALWAYS = {"weights": UNMOVED, "bias": 3.0}  # blocks whatever comes
USUAL = customer_state(*[(NOW_US - hours * HOUR_US, 1_000) for hours in (90, 60, 30)])


@pytest.fixture
def world(aws: None) -> World:
    """A service with a model."""
    found = World()
    serve(found)
    return found


def serve(world: World, revision: int = 1, **described: Any) -> None:
    """Put a bundle into production."""
    world.put_control(ControlDocument(revision=revision, production=put_bundle(world.s3, bundle(**described))))


def test_a_reason_tells_the_group_the_value_and_what_is_usual(world):
    """In one sentence, with the direction beside it."""
    serve(world, 2, version="v2", bias=0.0)
    world.put_state("customer_activity", "C1", USUAL)
    first, *rest = world.score(amount_minor=21_240)["reasons"]
    assert (first["code"], first["label"]) == ("AMOUNT_AGAINST_USUAL", "the amount against what the customer usually pays")
    assert first["text"] == "The amount is 212.40 EUR; the customer usually pays 10.00 EUR."
    assert (first["direction"], first["value"]) == ("for", 212.4)
    assert [one["direction"] for one in rest] == ["against"]
    assert rest[0]["text"].startswith("Speaks against fraud: the customer tried 0 payments within the last day; ")


def test_of_a_customer_who_is_not_known_no_number_is_told(world):
    """The model read a 0; a person would take it for an observation. Not known and not readable are told apart."""
    answer = world.http.post("/v1/score?reasons=true", json=TRANSACTION | {"amount_minor": 5_000}).json()
    (pace,) = answer["reasons"]
    assert (pace["feature"], pace["value"]) == ("customer_count_1d", None)
    assert pace["text"] == "Speaks against fraud: nothing is known of the customer yet."
    assert unknown_of(["customer_unreadable", "terminal_ahead", "control_unreadable"])["customer"].endswith("could not be read")
    assert "terminal" not in unknown_of(["terminal_ahead", "terminal_unsettled"])


def test_a_block_by_a_model_that_sees_nothing_unusual_still_has_a_reason(world):
    """It finds every payment likely to be fraud; what speaks against comes behind that."""
    serve(world, 2, version="v2", **ALWAYS)
    answer = world.score()
    assert answer["decision"] == "block"
    assert [(one["code"], one["direction"]) for one in answer["reasons"]] == [("FRAUD_PROBABILITY", "for")]
    serve(world, 3, version="v3", weights={**UNMOVED, "amount": 0.01}, bias=3.0)
    answer = world.score(transaction_id="T2", amount_minor=1_000)
    assert [(one["code"], one["direction"]) for one in answer["reasons"]] == [
        ("FRAUD_PROBABILITY", "for"),
        ("AMOUNT_AGAINST_USUAL", "against"),
    ]


def test_a_rule_that_decided_is_the_first_reason(world):
    """Where the model asks for the same, too."""
    serve(world, 2, version="v2", bias=-3.0)
    answer = world.score(amount_minor=30_000)
    assert answer["decided_by"] == "both"
    first = answer["reasons"][0]
    assert (first["code"], first["contribution"]) == ("AMOUNT", None)


def test_a_repeated_score_tells_the_stored_reasons(world):
    """Whatever the model and the state have become meanwhile."""
    first = world.score(amount_minor=100_000)
    serve(world, 2, version="v2", **ALWAYS)
    world.put_state("customer_activity", "C1", USUAL)
    assert world.score(amount_minor=100_000) == first
    assert world.score(amount_minor=100_000, transaction_id="T2")["reasons"] != first["reasons"]
    assert world.http.get("/v1/decisions/T1").json() == first


def test_reasons_of_an_earlier_release_are_told_as_they_were_stored(world):
    """They have neither direction nor label."""
    old = {"code": "AMOUNT", "feature": "amount", "value": 1000.0, "contribution": 0.96, "text": "The amount is 1000.00."}
    answer = world.score(amount_minor=100_000)
    item = world.dynamodb.get_item(TableName="decisions", Key=decision_items.key("T1"))["Item"]
    world.dynamodb.put_item(TableName="decisions", Item={**item, "answer": {"S": json.dumps({**answer, "reasons": [old]})}})
    assert world.http.get("/v1/decisions/T1").json()["reasons"] == [old]
    assert world.http.get("/v1/reviews?day=2018-05-20").json()["reviews"][0]["reasons"] == [old]


@given(st.integers(0, 500_000), st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3), st.floats(-8.0, 4.0), st.booleans())
def test_whoever_is_stopped_is_told_first_what_speaks_for_fraud(amount_minor, scales, bias, is_known):
    """Of any model, any payment, with and without a past: never nothing, at most five, for before against."""
    weights = {name: weight * scale for (name, weight), scale in zip(WEIGHTS.items(), scales, strict=True)}
    files = bundle(weights=weights, bias=bias)
    model = Model.load(BundleManifest.from_bytes(files[MANIFEST_FILE]), {MODEL_FILE: files[MODEL_FILE]}, MANIFEST)
    transaction = Transaction("T", NOW_US, "C", None, amount_minor)
    snapshot = Snapshot(control={}, states={("customer_activity", "C"): USUAL if is_known else None})  # type: ignore[arg-type]
    verdict = Judge(MANIFEST, model, DEFAULT_POLICY).judge(transaction, snapshot, with_reasons=True)
    directions = [reason.direction for reason in verdict.reasons]
    assert len(directions) <= REASONS_PER_ANSWER
    assert directions == sorted(directions, key=lambda direction: direction == "against")
    if verdict.decision != "allow":
        assert directions[0] == "for"
