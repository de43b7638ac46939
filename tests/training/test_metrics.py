"""Measures against scikit-learn, with ties and with rows that count several times."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training.metrics import Ranking, expected_calibration_error, weighted_mean

DRAW = np.random.default_rng(3)
SCORES = DRAW.integers(0, 20, 400) / 20.0  # many ties
IS_FRAUD = DRAW.random(400) < SCORES / 4
WEIGHT = DRAW.poisson(1.0, 400).astype(float)


@pytest.mark.parametrize("weight", [np.ones(400), WEIGHT])
def test_average_precision_is_that_of_scikit_learn(weight: np.ndarray) -> None:
    """With ties and weights."""
    expected = average_precision_score(IS_FRAUD, SCORES, sample_weight=weight)
    assert Ranking(SCORES, IS_FRAUD).curve(weight).average_precision() == pytest.approx(expected)


@pytest.mark.parametrize("weight", [np.ones(400), WEIGHT])
def test_auc_roc_is_that_of_scikit_learn(weight: np.ndarray) -> None:
    """With ties and weights."""
    expected = roc_auc_score(IS_FRAUD, SCORES, sample_weight=weight)
    assert Ranking(SCORES, IS_FRAUD).curve(weight).auc_roc() == pytest.approx(expected)


def test_a_weight_of_two_is_the_row_twice() -> None:
    """What a bootstrap relies on."""
    twice = np.repeat(np.arange(400), 2)
    weighted = Ranking(SCORES, IS_FRAUD).curve(np.full(400, 2.0))
    repeated = Ranking(SCORES[twice], IS_FRAUD[twice]).curve(np.ones(800))
    assert weighted.recall_at(0.05) == repeated.recall_at(0.05)
    assert weighted.average_precision() == pytest.approx(repeated.average_precision())


def test_recall_keeps_the_false_positive_rate() -> None:
    """Two of one hundred legitimate rows stand above the second fraud, so 1 % finds only the first."""
    scores = np.array([0.9, 0.8, 0.8, 0.7, *np.zeros(98)])
    is_fraud = np.array([True, False, False, True, *np.zeros(98, bool)])
    curve = Ranking(scores, is_fraud).curve(np.ones(102))
    assert [curve.recall_at(0.01), curve.recall_at(0.02)] == [0.5, 1.0]


def test_without_frauds_nothing_is_claimed() -> None:
    """Undefined is NaN, never zero."""
    curve = Ranking(SCORES, np.zeros(400, bool)).curve(np.ones(400))
    assert np.isnan([curve.average_precision(), curve.auc_roc(), curve.recall_at(0.01)]).all()


def test_a_calibrated_score_has_no_calibration_error() -> None:
    """One fraud among four rows of 25 %."""
    probability, is_fraud = np.full(4, 0.25), np.array([True, False, False, False])
    assert expected_calibration_error(probability, is_fraud, np.ones(4)) == pytest.approx(0.0)
    assert weighted_mean(is_fraud.astype(float), np.ones(4)) == 0.25
