"""What is told of a challenger against what answers now: shifts, flips, weights, and examples that name nobody."""

from __future__ import annotations

import doctest
import json

import numpy as np
import pytest

from tests.reporting.recorded import judged, version
from training.evaluation import changes
from training.evaluation.changes import EDGES, EXAMPLES
from training.evaluation.measurement import ALERT_COST_MINOR
from training.steps import evaluate

HEAVY = f"heavy/{version('heavy')}"


@pytest.fixture(scope="module")
def told() -> dict:
    """What heavy changes against a production of light."""
    return judged()[1]["changes"][HEAVY]


def test_what_flips_is_what_the_difference_in_money_is_of(told):
    """An alert more costs its time, a fraud that is missed no more saves its amount; nothing else is told to differ."""
    raised, dropped = told["flipped"]["raised"], told["flipped"]["dropped"]
    time = ALERT_COST_MINOR * (raised["rows"] - dropped["rows"])
    saved = raised["fraud_amount_minor"] - dropped["fraud_amount_minor"]
    (heavy,) = [one for one in judged()[0]["candidates"] if one["name"] == HEAVY]
    assert time - saved == heavy["against_production"]["expected_cost_minor"]["difference"]
    assert 0 < raised["frauds"] <= raised["rows"]


def test_changes_say_of_which_bundle_they_are(told):
    """By the digest of its manifest, which whoever promotes it compares."""
    assert told["sha256"] == "a" * 64


def test_every_payment_stands_in_one_bin_of_the_shift(told):
    """Those outside of the bins in the last ones."""
    shift, holdout = told["score_shift"], judged()[0]["holdout"]
    assert sum(shift["frauds"]) == holdout["frauds"]
    assert sum(shift["legitimate"]) + sum(shift["frauds"]) == holdout["rows"]
    assert len(shift["edges"]) == len(EDGES) == len(shift["frauds"]) + 1


def test_examples_tell_the_order_of_an_amount_and_no_name(told):
    """At most three of each direction, by how much the two differ."""
    for direction in ("raised", "dropped"):
        found = [one for one in told["examples"] if one["direction"] == direction]
        assert 0 < len(found) <= EXAMPLES
        moved = [abs(np.log(a / (1 - a)) - np.log(b / (1 - b))) for a, b in (one["probability"] for one in found)]
        assert moved == sorted(moved, reverse=True)
    assert {one["amount_from_minor"] for one in told["examples"]} <= {10**power for power in range(6)}
    assert "T1" not in json.dumps(told)


def test_a_group_weighs_what_its_features_add_to_frauds(told):
    """Frauds have one more in each input of a model that adds them up."""
    weights = {one["group"]: one for one in told["groups"]}
    assert weights
    for one in weights.values():
        assert one["frauds"][0] > one["legitimate"][0] + 0.5
        assert one["frauds"][0] == one["frauds"][1]


def test_without_a_model_before_only_decisions_are_compared():
    """Scores of the rules are no probabilities."""
    told = judged(False)[1]["changes"][HEAVY]
    assert (told["against"], told["score_shift"]) == ("rules", {"reason": "no model answered until then"})
    assert told["flipped"]["raised"]["rows"] > 0
    assert (told["examples"], told["groups"]) == ([], [])


@pytest.mark.parametrize("found", [KeyError("C0815"), {"heavy": float("nan")}])
def test_a_fault_in_what_is_told_fails_no_evaluation(found, caplog, monkeypatch):
    """Whether it is raised or could not be stored: the gate asks for none of it."""

    def change(*_):
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(evaluate, "changes_of", change)
    assert evaluate.what_changes([], None, None)["reason"].startswith("it could not be told")
    assert "C0815" not in caplog.text


def test_the_examples_in_docstrings_hold():
    """The power of ten of an amount."""
    assert doctest.testmod(changes).failed == 0
