"""Scoring with a model, and what happens when a model cannot be had."""

from __future__ import annotations

import json
import math

import pytest
from bundle_world import BIAS, bundle, model_bytes, probability_of, put_bundle
from score_world import World

from functions.score.model import Model
from greenfraud.bundle import MODEL_FILE
from greenfraud.control import ControlDocument


@pytest.fixture
def world(aws: None) -> World:
    """A service without models yet."""
    return World()


def promote(world: World, files: dict[str, bytes], revision: int = 1) -> None:
    """Store a bundle and name it as production."""
    reference = put_bundle(world.s3, files)
    world.put_control(ControlDocument(revision=revision, production=reference))


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


def test_a_block_names_the_feature_that_caused_it(world):
    """Reasons by occlusion: probability minus that with the typical value."""
    promote(world, bundle("v1"))
    answer = world.score(amount_minor=100_000)
    first = answer["reasons"][0]
    without = probability_of([50.0, None, None])
    assert answer["decision"] == "block"
    assert (first["feature"], first["value"]) == ("amount", 1000.0)
    assert first["contribution"] == pytest.approx(answer["fraud_probability"] - without, abs=1e-6)


def test_an_allowed_transaction_is_explained_only_on_request(world):
    """Explaining costs a second run of the model."""
    promote(world, bundle("v1"))
    assert world.score()["reasons"] == []
    response = world.http.post("/v1/score?reasons=true", json={"transaction_id": "T2", **_plain()})
    assert response.json()["reasons"][0]["feature"] == "customer_count_1d"


@pytest.mark.parametrize(
    ("fault", "files"),
    [
        ("altered model", bundle("v2") | {MODEL_FILE: model_bytes(bias=0.0)}),
        ("not a model", bundle("v2", files={MODEL_FILE: "0" * 64})),
        ("golden vectors", bundle("v2", golden=[{"inputs": [1.0, 1.0, 1.0], "probability": 0.9}])),
        ("no golden vectors", bundle("v2", golden=[])),
        ("changed feature", bundle("v2", features=[{"name": name, "hash": "x"} for name in ("amount", "is_night", "is_weekend")])),
        ("a feature nobody computes", bundle("v2", features=[{"name": f"f{n}", "hash": "x"} for n in range(3)])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_bundle_leaves_the_last_good_model_answering(world, capsys, fault, files):
    """The answer names the model that really answered, and that it is stale; the failure is a metric."""
    promote(world, bundle("v1"))
    world.score()
    promote(world, files, revision=2)
    capsys.readouterr()
    answer = world.score(transaction_id="T2")
    assert answer["model"]["version"] == "v1"
    assert "model_stale" in answer["degraded"]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["BundleLoadFailed"] == 1


def test_a_replaced_manifest_is_refused(world):
    """The digest that was promoted is the one that is served."""
    reference = put_bundle(world.s3, bundle("v1"))
    put_bundle(world.s3, bundle("v1", bias=BIAS + 1))
    world.put_control(ControlDocument(revision=1, production=reference))
    answer = world.score()
    assert (answer["model"], "model" in answer["degraded"]) == (None, True)


def test_without_any_good_model_the_rules_answer_degraded(world):
    """A named model that cannot be had is not the same as none."""
    files = bundle("v1")
    promote(world, {**files, MODEL_FILE: b"broken"})
    answer = world.score(amount_minor=30_000)
    assert (answer["model"], answer["fraud_probability"], answer["decision"]) == (None, None, "review")
    assert "model" in answer["degraded"]


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


def test_the_model_card_names_wanted_and_answering_models(world):
    """They differ while a bundle is refused."""
    promote(world, bundle("v1"))
    world.score()
    promote(world, bundle("v2", golden=[]), revision=2)
    card = world.http.get("/v1/model").json()
    assert (card["production"]["version"], card["answering"]["version"]) == ("v2", "v1")
    assert card["degraded"] == ["model_stale"]


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
