"""How far probabilities are off: against scikit-learn, against figures by hand, and where nothing can be said."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from training.evaluation import recalibration
from training.evaluation.recalibration import expected_over_observed, slope_and_intercept

DRAW = np.random.default_rng(3)
ROWS, CUSTOMERS = 4_000, 600
LOGIT = DRAW.normal(-2.0, 1.5, ROWS)
CUSTOMER = DRAW.integers(0, CUSTOMERS, ROWS)
IS_FRAUD = DRAW.random(ROWS) < 1 / (1 + np.exp(-(0.8 * LOGIT + 0.4)))
PROBABILITY = 1 / (1 + np.exp(-LOGIT))
WEIGHTS = np.vstack([np.ones((1, CUSTOMERS)), DRAW.poisson(1.0, (20, CUSTOMERS))])
CANDIDATE = (PROBABILITY, IS_FRAUD, CUSTOMER, WEIGHTS)


def slope_by_scikit_learn(weight: np.ndarray) -> float:
    """Logistic regression without any penalty."""
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000)
    return float(fitted.fit(LOGIT[:, None], IS_FRAUD, sample_weight=weight[CUSTOMER]).coef_[0, 0])


def test_the_slope_is_that_of_scikit_learn() -> None:
    """Exactly on the rows as they are, and within a fifth of its spread on every resample."""
    slope, theirs = slope_and_intercept(*CANDIDATE)[0], np.array([slope_by_scikit_learn(weight) for weight in WEIGHTS])
    assert slope[0] == pytest.approx(theirs[0], abs=1e-6)
    assert slope[0] == pytest.approx(0.8, abs=0.1)
    assert np.abs(slope - theirs).max() < theirs[1:].std() / 5
    assert slope[1:].std() == pytest.approx(theirs[1:].std(), rel=0.03)


def test_the_intercept_makes_as_many_frauds_expected_as_there_are() -> None:
    """Of the rows, and nearly of every resample; positive where there are more than announced."""
    intercept = slope_and_intercept(*CANDIDATE)[1]
    shifted = [1 / (1 + np.exp(-(LOGIT + shift))) for shift in intercept]
    expected = [
        expected_over_observed(one, IS_FRAUD, CUSTOMER, weight[None])[0] for one, weight in zip(shifted, WEIGHTS, strict=True)
    ]
    assert expected[0] == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose(expected, 1.0, atol=0.01)
    assert intercept[0] > 0 > np.log(expected_over_observed(*CANDIDATE)[0])


def test_by_hand_a_half_that_comes_true_every_fourth_time_has_the_intercept_of_a_third() -> None:
    """Odds of 1 were announced, odds of 1/3 came."""
    rows = (np.full(4, 0.5), np.array([True, False, False, False]), np.arange(4), np.ones((1, 4)))
    assert slope_and_intercept(*rows)[1] == pytest.approx([np.log(1 / 3)])
    assert expected_over_observed(*rows) == pytest.approx([2.0])


@pytest.mark.parametrize("is_fraud", [np.zeros(ROWS, bool), np.ones(ROWS, bool), LOGIT > 0])
def test_what_parts_completely_has_no_slope(is_fraud: np.ndarray) -> None:
    """Nor has what has nothing to part: undefined is NaN, never a large number."""
    assert np.isnan(slope_and_intercept(PROBABILITY, is_fraud, CUSTOMER, WEIGHTS)[0]).all()


def test_certainties_have_a_slope_too() -> None:
    """Probabilities of exactly 0 and 1 are taken for very small and very large ones."""
    probability = np.where(LOGIT > 2.0, 1.0, np.where(LOGIT < -4.0, 0.0, PROBABILITY))
    assert np.isfinite(slope_and_intercept(probability, IS_FRAUD, CUSTOMER, WEIGHTS)[0]).all()


def test_a_resample_without_frauds_is_left_out() -> None:
    """It has no ratio; the others keep theirs."""
    found = expected_over_observed(PROBABILITY, IS_FRAUD, CUSTOMER, np.vstack([WEIGHTS[0], np.zeros(CUSTOMERS)]))
    assert np.isnan(found).tolist() == [False, True]


def test_the_example_holds() -> None:
    """Half as many expected as there were."""
    assert doctest.testmod(recalibration).failed == 0
