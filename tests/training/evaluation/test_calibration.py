"""Measures against scikit-learn, with ties and with rows that count several times."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score, roc_curve

from training.evaluation.calibration import brier_score, expected_calibration_error
from training.model import ranking
from training.model.ranking import Curves, Ranking, average_precision

DRAW = np.random.default_rng(3)
ROWS, CUSTOMERS = 400, 60
SCORES = DRAW.integers(0, 20, ROWS) / 20.0  # many ties
IS_FRAUD = DRAW.random(ROWS) < SCORES / 4
CUSTOMER = DRAW.integers(0, CUSTOMERS, ROWS)
WEIGHTS = np.vstack([np.ones((1, CUSTOMERS)), DRAW.poisson(1.0, (8, CUSTOMERS))])


def curves() -> Curves:
    """Of all weightings."""
    return Ranking(SCORES, IS_FRAUD, CUSTOMER).curves(WEIGHTS)


def by_scikit_learn(measure) -> list[float]:
    """The same of each weighting, one by one."""
    return [measure(IS_FRAUD, SCORES, sample_weight=weight[CUSTOMER]) for weight in WEIGHTS]


def recall_by_scikit_learn(false_positive_rate: float):
    """The highest recall on the ROC curve that keeps the rate."""

    def recall(is_fraud, scores, sample_weight) -> float:
        false, true, _ = roc_curve(is_fraud, scores, sample_weight=sample_weight, drop_intermediate=False)
        return float(true[false <= false_positive_rate].max())

    return recall


def test_average_precision_is_that_of_scikit_learn() -> None:
    """With ties and weights."""
    np.testing.assert_allclose(curves().average_precision(), by_scikit_learn(average_precision_score))
    assert average_precision(SCORES, IS_FRAUD) == pytest.approx(average_precision_score(IS_FRAUD, SCORES))


def test_auc_roc_is_that_of_scikit_learn() -> None:
    """With ties and weights."""
    np.testing.assert_allclose(curves().auc_roc(), by_scikit_learn(roc_auc_score))


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.05, 0.3, 1.0])
def test_recall_is_that_of_the_roc_curve(rate: float) -> None:
    """With ties and weights."""
    np.testing.assert_allclose(curves().recall_at(rate), by_scikit_learn(recall_by_scikit_learn(rate)))


def test_brier_score_is_that_of_scikit_learn() -> None:
    """With weights."""
    np.testing.assert_allclose(brier_score(SCORES, IS_FRAUD, CUSTOMER, WEIGHTS), by_scikit_learn(brier_score_loss))


def test_weightings_are_measured_alike_however_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long holdout is taken in blocks."""
    at_once = curves().average_precision()
    monkeypatch.setattr(ranking, "CELLS_AT_ONCE", 2 * ROWS)
    np.testing.assert_array_equal(curves().average_precision(), at_once)


def test_without_frauds_nothing_is_claimed() -> None:
    """Undefined is NaN, never zero."""
    none = Ranking(SCORES, np.zeros(ROWS, bool), CUSTOMER).curves(WEIGHTS)
    assert np.isnan([none.average_precision(), none.auc_roc(), none.recall_at(0.01)]).all()


def test_with_nothing_but_frauds_no_rate_is_claimed() -> None:
    """Precision is one; what compares with legitimate rows is undefined."""
    every = Ranking(SCORES, np.ones(ROWS, bool), CUSTOMER).curves(WEIGHTS)
    np.testing.assert_allclose(every.average_precision(), 1.0)
    assert np.isnan([every.auc_roc(), every.recall_at(0.01)]).all()


def test_a_resample_without_anybody_claims_nothing() -> None:
    """Chance may draw nobody; that weighting is NaN, and the others are not touched."""
    curves = Ranking(SCORES, IS_FRAUD, CUSTOMER).curves(np.vstack([WEIGHTS[0], np.zeros(CUSTOMERS)]))
    assert np.isnan(curves.average_precision()).tolist() == [False, True]


def test_a_calibrated_score_has_no_calibration_error() -> None:
    """One fraud among four rows of 25 %."""
    probability, is_fraud = np.full(4, 0.25), np.array([True, False, False, False])
    found = expected_calibration_error(probability, is_fraud, np.arange(4), np.array([[1, 1, 1, 1], [3, 1, 1, 1.0]]))
    np.testing.assert_allclose(found, [0.0, 0.25])
