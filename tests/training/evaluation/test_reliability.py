"""Probabilities that were off are put right by the weeks whose truth is known."""

from __future__ import annotations

import doctest
import json

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from training.evaluation import reliability
from training.evaluation.reliability import MINIMUM_FRAUDS, Reliability


def week(seed: int, slope: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are too sure of themselves, and what came."""
    chance = np.random.default_rng(seed)
    log_odds = chance.normal(-3.0, 2.0, 20_000)
    is_fraud = chance.random(20_000) < 1 / (1 + np.exp(0.8 - slope * log_odds))
    return 1 / (1 + np.exp(-log_odds)), is_fraud


def test_what_should_have_been_is_what_isotonic_regression_says() -> None:
    """Of the same counts per bin; and the next week's frauds come as often as corrected."""
    known = Reliability.pooled(Reliability.of(*week(seed)) for seed in range(4))
    has_any = known.rows > 0
    centres, shares = (known.log_odds / np.maximum(known.rows, 1))[has_any], (known.frauds / np.maximum(known.rows, 1))[has_any]
    judge = IsotonicRegression().fit(centres, shares, sample_weight=known.rows[has_any])
    corrected = known.correct(1 / (1 + np.exp(-centres)))
    np.testing.assert_allclose(corrected, judge.predict(centres), atol=1e-12)
    probability, is_fraud = week(9)
    assert known.correct(probability).sum() == pytest.approx(is_fraud.sum(), rel=0.05)
    assert abs(probability.sum() / is_fraud.sum() - 1) > 0.1


def test_corrections_never_change_the_order() -> None:
    """A higher probability stays at least as high."""
    known = Reliability.of(*week(1))
    assert (np.diff(known.correct(np.linspace(0.0, 1.0, 1_000))) >= 0).all()


def test_few_frauds_correct_nothing() -> None:
    """Chance would; no week at all is the same."""
    probability = np.array([0.0, 0.3, 1.0])
    few = Reliability.of(np.full(1_000, 0.5), np.arange(1_000) < MINIMUM_FRAUDS - 1)
    for known in (few, Reliability.pooled([])):
        np.testing.assert_array_equal(known.correct(probability), probability)


def test_counts_are_kept_as_plain_data() -> None:
    """What is read again corrects alike."""
    known = Reliability.of(*week(1))
    again = Reliability.from_json(json.loads(json.dumps(known.to_json())))
    np.testing.assert_array_equal(again.correct(week(2)[0]), known.correct(week(2)[0]))


def test_the_example_holds() -> None:
    """Neighbours that fall are pooled."""
    assert doctest.testmod(reliability).failed == 0
