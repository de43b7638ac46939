"""Scoring with a model, and what happens when a model cannot be had."""

from __future__ import annotations

import math

import pytest
from bundle_world import BIAS, REFERENCE, WEIGHTS, bundle, probability_of, put_bundle
from score_world import World

from functions.score.model import Model
from greenfraud.bundle import MODEL_FILE
from greenfraud.control import ControlDocument, ModelRef


@pytest.fixture
def world(aws: None) -> World:
    """A service without models yet."""
    return World()


def promote(world: World, files: dict[str, bytes], revision: int = 1, fallback: ModelRef | None = None) -> ModelRef:
    """Store a bundle and name it as production."""
    reference = put_bundle(world.s3, files)
    world.put_control(ControlDocument(revision=revision, production=reference, fallback=fallback))
    return reference


def test_a_promoted_model_answers_the_very_next_request(world):
    """The control item travels in the request's own read."""
    assert world.score()["model"] is None
    promote(world, bundle("v1"))
    answer = world.score(transaction_id="T2")
    assert answer["model"] == {"family": "light", "version": "v1"}
    assert answer["fraud_probability"] == pytest.approx(probability_of([12.5, None, None]), abs=1e-6)


def test_a_rollback_to_the_rules_is_seen_by_the_next_request(world):
    """Production null means rules, whatever is loaded."""
    promote(world, bundle("v1"))
    assert world.score()["model"] is not None
    world.put_control(ControlDocument(revision=2))
    assert world.score(transaction_id="T2")["model"] is None


def test_the_second_request_reads_nothing_from_the_bucket(world):
    """A bundle is fetched once: its manifest and its model."""
    promote(world, bundle("v1"))
    world.score()
    world.score(transaction_id="T2")
    assert [name for name, _ in world.s3.calls if name == "get_object"] == ["get_object"] * 2


def test_a_score_with_a_model_makes_two_calls(world):
    """One read for everything and one put."""
    promote(world, bundle("v1"))
    world.score()
    world.dynamodb.calls.clear()
    world.score(transaction_id="T2")
    assert [name for name, _ in world.dynamodb.calls] == ["batch_get_item", "put_item"]


def test_a_block_names_the_group_that_caused_it(world):
    """On the log odds, where a certain block is as far from the usual as it is; its feature that says most is named."""
    promote(world, bundle("v1"))
    answer = world.score(amount_minor=100_000)
    first = answer["reasons"][0]
    assert answer["decision"] == "block"
    assert (first["code"], first["feature"], first["value"]) == ("AMOUNT_AGAINST_USUAL", "amount", 1000.0)
    assert first["contribution"] == pytest.approx(WEIGHTS["amount"] * (1000.0 - REFERENCE["amount"]), abs=1e-5)


def test_an_allowed_transaction_is_explained_only_on_request(world):
    """Explaining costs a second run of the model."""
    promote(world, bundle("v1"))
    assert world.score()["reasons"] == []
    response = world.http.post("/v1/score?reasons=true", json={"transaction_id": "T2", **_plain()})
    assert response.json()["reasons"][0]["feature"] == "customer_count_1d"


def test_a_replaced_manifest_is_refused(world):
    """The digest that was promoted is the one that is served."""
    reference = put_bundle(world.s3, bundle("v1"))
    put_bundle(world.s3, bundle("v1", bias=BIAS + 1))
    world.put_control(ControlDocument(revision=1, production=reference))
    answer = world.score()
    assert (answer["model"], answer["degraded"][-1]) == (None, "production_damaged")


def test_without_any_good_model_the_rules_answer_degraded(world):
    """A named model that cannot be had is not the same as none."""
    files = bundle("v1")
    promote(world, {**files, MODEL_FILE: b"broken"})
    answer = world.score(amount_minor=30_000)
    assert (answer["model"], answer["fraud_probability"], answer["decision"]) == (None, None, "review")
    assert "production_damaged" in answer["degraded"]


def test_a_failed_bundle_rests_for_half_a_minute(world):
    """Not every request fetches what was broken a moment ago; later one does, and takes it once it is mended."""
    files = bundle("v1")
    promote(world, {**files, MODEL_FILE: b"broken"})
    world.score()
    world.s3.calls.clear()
    world.now = 29.0
    world.score(transaction_id="T2")
    assert world.s3.calls == []
    put_bundle(world.s3, files)
    world.now = 31.0
    assert world.score(transaction_id="T3")["model"] == {"family": "light", "version": "v1"}


def test_a_model_that_answers_no_number_leaves_the_decision_to_the_rules(world, monkeypatch):
    """NaN is below every threshold and must not pass as allowed."""
    promote(world, bundle("v1"))
    world.score()
    monkeypatch.setattr(Model, "probabilities", lambda *_: [math.nan])
    answer = world.score(transaction_id="T2", amount_minor=30_000)
    assert (answer["decision"], answer["model"], answer["fraud_probability"]) == ("review", None, None)
    assert "model" in answer["degraded"]


def test_the_probability_is_a_number_between_zero_and_one(world):
    """Whatever the amount."""
    promote(world, bundle("v1"))
    probability = world.score(amount_minor=10**12)["fraud_probability"]
    assert 0.0 <= probability <= 1.0
    assert not math.isnan(probability)


def _plain() -> dict[str, object]:
    return {"occurred_at": "2018-05-20T12:00:00Z", "customer_id": "C1", "terminal_id": "M1", "amount_minor": 1250}
