"""How two candidates differ on the same rows: precision, money and the loss of their probabilities."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import t as student

from training.evaluation import influence
from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.clusters import Clusters
from training.evaluation.holdout import Holdout
from training.evaluation.influence import precision_influence
from training.evaluation.paired_difference import ONE_CLUSTER, Pairing, RowFigures
from training.model.ranking import average_precision

ROWS = 2_000
DRAW = np.random.default_rng(3)
IS_FRAUD = DRAW.random(ROWS) < 0.05
TABLE = pa.table({"terminal_id": DRAW.integers(0, 300, ROWS).astype(str)})
HOLDOUT = Holdout(TABLE, IS_FRAUD, DRAW.integers(100, 9_000, ROWS), DRAW.integers(0, 400, ROWS), np.zeros(ROWS, np.int64), 0)
CLUSTERS = Clusters.of(HOLDOUT.customer, TABLE)
PAIRING = Pairing.of(CLUSTERS, IS_FRAUD)


def candidate(strength: float, seed: int, **changes: object) -> EvaluatedCandidate:
    """A model of some strength."""
    noise = np.random.default_rng(seed).random(ROWS)
    scores = np.clip(0.5 * IS_FRAUD * strength + 0.5 * noise, 0.001, 0.999)
    made = EvaluatedCandidate(f"light/{seed}", "challenger", scores, scores >= 0.4)
    return replace(made, **changes)  # type: ignore[arg-type]


def rows_of(one: EvaluatedCandidate, holdout: Holdout = HOLDOUT) -> RowFigures | None:
    """Its figures per row."""
    return RowFigures.of(one, holdout)


GOOD, POOR = candidate(1.0, 1), candidate(0.3, 2)


def test_the_influence_is_what_a_little_weight_does() -> None:
    """The derivative, row by row, with ties among the scores."""
    scores, is_fraud = np.round(GOOD.scores[:80], 1), np.arange(80) % 3 == 0
    precision, found = precision_influence(scores, is_fraud)
    least = 1e-6
    moved = [average_precision(scores, is_fraud, np.ones(80) + least * (np.arange(80) == row)) for row in range(80)]
    assert precision == pytest.approx(average_precision(scores, is_fraud))
    assert found == pytest.approx((np.array(moved) - precision) / least, abs=1e-6)
    assert doctest.testmod(influence).failed == 0


def test_a_model_does_not_differ_from_itself() -> None:
    """By nothing at all, so that an identical challenger is never promoted."""
    compared = PAIRING.compare(rows_of(GOOD), rows_of(GOOD))
    assert compared is not None
    same = {"difference": 0.0, "low": 0.0, "high": 0.0, "p_value": 1.0}
    assert compared == {"average_precision": same, "expected_cost_minor": same, "log_loss_share": same}


@pytest.mark.parametrize(("more", "told"), [(0.0, "p_value"), (3.0, "reason")])
def test_what_cancels_within_a_customer_and_a_terminal_ends_no_evaluation(more: float, told: str) -> None:
    """One alert more and one less of the same person there: nothing varies, and nothing is divided by it."""
    customer, terminal = HOLDOUT.customer.copy(), TABLE["terminal_id"].to_numpy(zero_copy_only=False).copy()
    customer[1], terminal[1] = customer[0], terminal[0]
    pairing = Pairing.of(Clusters.of(customer, pa.table({"terminal_id": terminal})), IS_FRAUD)
    rows = np.zeros(ROWS)
    rows[:2] = 5.0, -5.0
    found = pairing._difference(more, rows)
    assert told in found
    assert found["difference"] == (None if more else 0.0)


def test_a_better_model_is_certainly_better() -> None:
    """In precision, in money and in what its probabilities lose."""
    compared = PAIRING.compare(rows_of(GOOD), rows_of(POOR))
    assert compared is not None
    assert compared["average_precision"]["low"] > 0
    assert compared["average_precision"]["p_value"] < 0.001
    assert compared["expected_cost_minor"]["high"] < 0
    assert compared["log_loss_share"]["high"] < 0


def test_money_and_loss_differ_by_sums_over_the_rows() -> None:
    """A loss as a share of the other's."""
    ours, theirs = rows_of(GOOD), rows_of(POOR)
    compared = PAIRING.compare(ours, theirs)
    assert compared["expected_cost_minor"]["difference"] == ours.cost.sum() - theirs.cost.sum()
    assert compared["log_loss_share"]["difference"] == pytest.approx(ours.loss.sum() / theirs.loss.sum() - 1.0)


def test_an_interval_is_students_over_the_clusters() -> None:
    """Checked against another implementation of the distribution."""
    ours, theirs = rows_of(GOOD), rows_of(candidate(0.98, 5))
    found = PAIRING.compare(ours, theirs)["average_precision"]
    error = CLUSTERS.variance(ours.influence - theirs.influence) ** 0.5
    law = student(CLUSTERS.degrees(IS_FRAUD), scale=error)
    assert found["high"] - found["difference"] == pytest.approx(law.ppf(0.975))
    assert found["p_value"] == pytest.approx(law.sf(found["difference"]))


def test_intervals_of_several_that_hold_together_are_wider() -> None:
    """As those of segments are."""
    one, many = (Pairing.of(CLUSTERS, IS_FRAUD, side).compare(rows_of(GOOD), rows_of(POOR)) for side in (0.025, 0.0025))
    assert many["average_precision"]["low"] < one["average_precision"]["low"]


def test_without_probabilities_there_is_no_loss_to_compare() -> None:
    """The scores of the rules are none."""
    rules = candidate(0.2, 4, is_probability=False)
    assert set(PAIRING.compare(rows_of(GOOD), rows_of(rules))) == {"average_precision", "expected_cost_minor"}


def test_without_scores_nothing_is_compared() -> None:
    """A bundle whose features are gone."""
    broken = EvaluatedCandidate("light/0", "production", None, None, reason="the holdout lacks x")
    assert PAIRING.compare(rows_of(GOOD), rows_of(broken)) is None


def test_frauds_of_one_customer_tell_nothing_of_others() -> None:
    """There is a difference, and no interval."""
    holdout = replace(HOLDOUT, is_fraud=HOLDOUT.customer == HOLDOUT.customer[0])
    pairing = Pairing.of(CLUSTERS, holdout.is_fraud)
    found = pairing.compare(rows_of(GOOD, holdout), rows_of(POOR, holdout))["average_precision"]
    assert (found["low"], found["high"], found["reason"]) == (None, None, ONE_CLUSTER)


def test_without_frauds_precision_is_undefined() -> None:
    """And money is not."""
    holdout = replace(HOLDOUT, is_fraud=np.zeros(ROWS, bool))
    found = Pairing.of(CLUSTERS, holdout.is_fraud).compare(rows_of(GOOD, holdout), rows_of(POOR, holdout))
    assert found["average_precision"]["difference"] is None
    assert found["expected_cost_minor"]["difference"] is not None
