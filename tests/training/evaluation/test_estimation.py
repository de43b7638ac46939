"""Quality is estimated from calibrated probabilities alone, and what is estimated comes true."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.estimation import MEASURES, Scored, estimate, expected, measured
from training.model.ranking import average_precision


def scored(seed: int, rows: int = 4_000, customers: int = 800) -> Scored:
    """A week of a well calibrated model: most probabilities are small, a few are large, alerts from 0.3 on."""
    chance = np.random.default_rng(seed)
    probability = np.where(chance.random(rows) < 0.03, chance.beta(3, 2, rows), chance.beta(0.3, 60, rows))
    return Scored.of(probability, probability >= 0.3, chance.integers(100, 20_000, rows), chance.integers(0, customers, rows))


def draw(week: Scored, seed: int) -> np.ndarray:
    """Labels that such a week may turn out to have."""
    return np.random.default_rng(seed).random(len(week)) < week.probability


def test_expectations_are_those_computed_by_hand() -> None:
    """Three payments: 0.5 alerted, two that tie at 0.25; the precision that each adds is expected over the others."""
    week = Scored.of(np.array([0.25, 0.5, 0.25]), np.array([False, True, False]), np.array([800, 100, 400]), np.arange(3))
    found = expected(week)
    assert found["frauds"] == 1.0
    assert found["alert_precision"] == 0.5
    assert found["alert_recall"] == 0.5
    assert found["expected_cost_minor"] == 500 + 0.25 * 800 + 0.25 * 400
    assert found["average_precision"] == pytest.approx(0.5 + 2 * 0.25 * (1 + 0.5 + 0.25) / 3)


def test_what_is_measured_is_what_the_evaluation_measures() -> None:
    """The same average precision, ties included; shares and cost by their definitions."""
    week = scored(1)
    week = Scored.of(np.round(week.probability, 2), week.is_alert, week.amount_minor, week.customer)
    is_fraud = draw(week, 2)
    found = measured(week, is_fraud)
    assert found["average_precision"] == pytest.approx(average_precision(week.probability, is_fraud))
    assert found["frauds"] == is_fraud.sum()
    assert found["alert_precision"] == pytest.approx(is_fraud[week.is_alert].mean())
    assert found["alert_recall"] == pytest.approx(week.is_alert[is_fraud].mean())
    missed = week.amount_minor[is_fraud & ~week.is_alert].sum()
    assert found["expected_cost_minor"] == 500 * week.is_alert.sum() + missed


def test_the_mean_error_of_calibrated_weeks_is_nothing() -> None:
    """Over many weeks, what was estimated is what came: errors to both sides cancel."""
    errors = {name: [] for name in MEASURES}
    for seed in range(120):
        week = scored(seed)
        estimated, truth = expected(week), measured(week, draw(week, 1_000 + seed))
        for name in MEASURES:
            errors[name].append(estimated[name] - truth[name])
    for name, found in errors.items():
        spread = np.std(found) / np.sqrt(len(found))
        assert abs(np.mean(found)) < 4 * spread, name


def test_the_interval_holds_what_comes_in_at_least_as_many_weeks_as_it_says() -> None:
    """95 %, and more where customers do not matter, as here: their resampling only widens it."""
    held = dict.fromkeys(MEASURES, 0)
    weeks = 60
    for seed in range(weeks):
        week = scored(seed, rows=1_500, customers=300)
        estimated, truth = estimate(week), measured(week, draw(week, 5_000 + seed))
        for name in MEASURES:
            held[name] += estimated[name]["low"] <= truth[name] <= estimated[name]["high"]
    assert min(held.values()) >= 0.9 * weeks, held


def test_a_week_without_alerts_or_rows_leaves_undefined_what_is_undefined() -> None:
    """None, never zero, and never NaN, which JSON cannot say."""
    quiet = Scored.of(np.array([0.1, 0.2]), np.zeros(2, bool), np.array([100, 200]), np.arange(2))
    assert estimate(quiet)["alert_precision"] == {"value": None, "low": None, "high": None}
    assert estimate(quiet)["frauds"]["value"] == pytest.approx(0.3)
    nothing = quiet.take(np.arange(0))
    assert estimate(nothing)["average_precision"]["value"] is None
    assert measured(quiet, np.zeros(2, bool))["average_precision"] is None


def test_the_same_decisions_give_the_same_interval() -> None:
    """Chance starts where it started before."""
    assert estimate(scored(3)) == estimate(scored(3))
