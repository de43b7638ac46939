"""A canary answers its share of the customers, and nobody of them is worse off for it."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from bundle_world import bundle, model_bytes, probability_of, put_bundle
from score_world import TRANSACTION, World

from functions.score.model import Model
from greenfraud.bundle import MODEL_FILE
from greenfraud.control import ControlDocument
from greenfraud.items import decision as decision_items

VALUES = [12.5, 0.0, 0.0]  # of the usual transaction: amount, count, ratio
PERCENT = 20
CUSTOMERS = [f"C{number}" for number in range(40)]


@pytest.fixture
def world(aws: None) -> World:
    """A service with production v1, and a canary that blocks everything."""
    found = World()
    serve(found)
    return found


def serve(world: World, percent: int = PERCENT, revision: int = 1, *, is_served: bool = True) -> ControlDocument:
    """Put both into the control document; the canary's share is `percent`."""
    production = put_bundle(world.s3, bundle("v1")) if is_served else None
    canary = put_bundle(world.s3, bundle("v2", bias=3.0))
    document = ControlDocument(revision=revision, production=production, canary=canary, canary_percent=percent)
    world.put_control(document)
    return document


def answered(world: World, prefix: str = "T") -> dict[str, dict[str, Any]]:
    """The answer to one payment of every customer."""
    return {customer: world.score(transaction_id=f"{prefix}{customer}", customer_id=customer) for customer in CUSTOMERS}


def of_canary(document: ControlDocument) -> set[str]:
    """Whom the document gives to the canary."""
    return {customer for customer in CUSTOMERS if document.canary_for(customer)}


def arms(text: str) -> dict[str, dict[str, float]]:
    """What each side did, by the lines of metrics."""
    totals: dict[str, dict[str, float]] = {}
    for line in (json.loads(line) for line in text.splitlines() if line.startswith("{") and "ArmDecisions" in line):
        mine = totals.setdefault(line["Arm"], {})
        for name in ("ArmDecisions", "ArmAlerts", "ArmDegraded", "ArmProbability", "ArmMilliseconds"):
            mine[name] = mine.get(name, 0) + line[name]
    return totals


def test_the_canary_answers_its_customers_and_production_the_others(world):
    """The answer, and the stored decision, say which model it was; probability and decision are that model's."""
    document = serve(world)
    mine = of_canary(document)
    assert 0 < len(mine) < len(CUSTOMERS)
    for customer, answer in answered(world).items():
        version, bias = ("v2", 3.0) if customer in mine else ("v1", -4.0)
        assert answer["model"]["version"] == version
        assert answer["fraud_probability"] == pytest.approx(probability_of(VALUES, bias=bias), abs=1e-5)
        assert answer["decision"] == ("block" if customer in mine else "allow")
        item = boto3.client("dynamodb").get_item(TableName="decisions", Key=decision_items.key(f"T{customer}"))["Item"]
        assert decision_items.decode(item).version == version


def test_raising_the_share_keeps_everybody_who_was_in(world):
    """And what was answered by the canary is not forgotten by the next request."""
    before = {customer for customer, answer in answered(world).items() if answer["model"]["version"] == "v2"}
    serve(world, 60, revision=2)
    after = {customer for customer, answer in answered(world, "U").items() if answer["model"]["version"] == "v2"}
    assert before < after


def test_a_batch_is_answered_by_both(world):
    """Each customer by the own model, in one request."""
    document = serve(world)
    batch = [TRANSACTION | {"transaction_id": customer, "customer_id": customer} for customer in CUSTOMERS]
    results = world.http.post("/v1/score/batch", json=batch).json()["results"]
    versions = {customer: answer["model"]["version"] for customer, answer in zip(CUSTOMERS, results, strict=True)}
    assert {customer for customer, version in versions.items() if version == "v2"} == of_canary(document)


def test_taking_the_canary_away_is_seen_by_the_next_request(world):
    """Production answers everybody."""
    answered(world)
    serve(world, 0, revision=2)
    assert {answer["model"]["version"] for answer in answered(world, "U").values()} == {"v1"}


def test_a_canary_that_cannot_be_loaded_leaves_its_customers_to_production(world, capsys):
    """Their answers say so, nobody else's do, and the fault is counted once."""
    document = serve(world)
    world.s3.put_object(Bucket="artifacts", Key=f"{document.canary.prefix}{MODEL_FILE}", Body=model_bytes(bias=0.0))
    mine = of_canary(document)
    for customer, answer in answered(world).items():
        assert answer["model"]["version"] == "v1"
        assert ("canary_damaged" in answer["degraded"]) == (customer in mine)
    text = capsys.readouterr().out
    assert text.count('"BundleLoadFailed":1') == 1
    assert arms(text)["canary"]["ArmDegraded"] == len(mine)
    assert arms(text)["production"]["ArmDegraded"] == 0


@pytest.mark.parametrize("said", [[float("nan")], RuntimeError("boom")])
def test_a_canary_that_cannot_compute_leaves_its_customers_to_production(world, monkeypatch, said):
    """No customer of it gets an error, or the bare rules."""
    real = Model.probabilities

    def probabilities(model, rows):
        if model.bundle.version != "v2" or len(rows) > 1:  # golden vectors pass
            return real(model, rows)
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(Model, "probabilities", probabilities)
    mine = of_canary(serve(world))
    for customer, answer in answered(world).items():
        assert (answer["model"]["version"], answer["decision"]) == ("v1", "allow")
        assert ("canary_failed" in answer["degraded"]) == (customer in mine)


def test_a_production_that_is_lost_says_nothing_of_what_the_canary_answers(world):
    """Its customers have a model; the others have the rules, and are told."""
    document = serve(world)
    world.s3.delete_object(Bucket="artifacts", Key=f"{document.production.prefix}manifest.json")
    for customer, answer in answered(world).items():
        assert ("production_lost" in answer["degraded"]) == (customer not in of_canary(document))


def test_both_sides_are_counted_while_a_canary_answers(world, capsys):
    """Decisions, alerts, scores and time of each, over all customers."""
    document = serve(world)
    answered(world)
    found, mine = arms(capsys.readouterr().out), len(of_canary(document))
    assert found["canary"]["ArmDecisions"] == found["canary"]["ArmAlerts"] == mine
    assert found["production"]["ArmDecisions"] == len(CUSTOMERS) - mine
    assert found["production"]["ArmAlerts"] == 0
    assert found["canary"]["ArmProbability"] == pytest.approx(mine * probability_of(VALUES, bias=3.0), rel=1e-4)


def test_without_a_canary_no_side_is_counted(world, capsys):
    """A metric costs, each month."""
    world.put_control(ControlDocument(revision=2, production=put_bundle(world.s3, bundle("v1"))))
    world.score()
    assert "Arm" not in capsys.readouterr().out
