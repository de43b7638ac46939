"""Evaluation of candidates on one holdout: every measure with its interval.

Intervals are 95 % percentile intervals of a Poisson bootstrap over customers: a customer's transactions stay
together, because they depend on each other. How two candidates differ is told in paired_difference.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.calibration import brier_score, expected_calibration_error, weighted_sum
from training.evaluation.card_precision import CardRanking
from training.evaluation.recalibration import expected_over_observed, slope_and_intercept
from training.model.ranking import Ranking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluation.candidates import EvaluatedCandidate
    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]

RESAMPLES = 200
REVIEW_CAPACITY = 100  # customers that analysts look at in a day
ALERT_COST_MINOR = 500  # an analyst's time per alert, 5.00 in the currency
INTERVAL = (2.5, 97.5)
SEED = 20180401  # the same holdout gives the same intervals
CARD_PRECISION = f"card_precision_at_{REVIEW_CAPACITY}"
MEASURES = (
    "average_precision",
    "auc_roc",
    CARD_PRECISION,
    "recall_at_fpr_1pct",
    "recall_at_fpr_5pct",
    "expected_cost_minor",
    "brier",
    "ece",
    "calibration_slope",
    "calibration_intercept",
    "expected_over_observed",
)
ROW_MEASURES = tuple(name for name in MEASURES if name != CARD_PRECISION)  # which any part of a holdout has
PROBABILITY_MEASURES = ("brier", "ece", "calibration_slope", "calibration_intercept", "expected_over_observed")

# Per measure: its value on the holdout, then on each resample.
Samples = Mapping[str, "Floats"]


def customer_weights(customers: int, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Return how often each customer counts: once in the first row, Poisson(1) times in each resample."""
    drawn = np.random.default_rng(seed).poisson(1.0, (resamples, customers))
    return np.vstack([np.ones((1, customers)), drawn])


def measure(candidate: EvaluatedCandidate, holdout: Holdout, weights: Floats, names: Sequence[str] = MEASURES) -> Samples:
    """Return measures of a candidate for every row of `weights`; a candidate without scores has none."""
    if candidate.scores is None or candidate.is_alert is None or not len(holdout):
        return {}
    samples = _of_ranking(candidate.scores, holdout, weights)
    samples["expected_cost_minor"] = weighted_sum(cost_minor(candidate.is_alert, holdout), holdout.customer, weights)
    if candidate.is_probability:
        samples |= _of_probabilities(candidate.scores, holdout, weights)
    if CARD_PRECISION in names:
        cards = CardRanking(candidate.scores, holdout.is_fraud, holdout.customer, holdout.day)
        samples[CARD_PRECISION] = cards.precision_at(REVIEW_CAPACITY, weights)
    return samples


def _of_ranking(scores: Floats, holdout: Holdout, weights: Floats) -> dict[str, Floats]:
    curves = Ranking(scores, holdout.is_fraud, holdout.customer).curves(weights)
    return {
        "average_precision": curves.average_precision(),
        "auc_roc": curves.auc_roc(),
        "recall_at_fpr_1pct": curves.recall_at(0.01),
        "recall_at_fpr_5pct": curves.recall_at(0.05),
    }


def _of_probabilities(scores: Floats, holdout: Holdout, weights: Floats) -> dict[str, Floats]:
    rows = (scores, holdout.is_fraud, holdout.customer, weights)
    slope, intercept = slope_and_intercept(*rows)
    return {
        "brier": brier_score(*rows),
        "ece": expected_calibration_error(*rows),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "expected_over_observed": expected_over_observed(*rows),
    }


def cost_minor(is_alert: NDArray[np.bool_], holdout: Holdout) -> Floats:
    """Return the cost of each decision in minor units: an analyst's time per alert, the amount of a missed fraud."""
    missed = np.where(holdout.is_fraud, holdout.amount_minor, 0)
    return np.where(is_alert, ALERT_COST_MINOR, missed).astype(np.float64)


def summary(candidate: EvaluatedCandidate, samples: Samples, holdout: Holdout, names: Sequence[str] = MEASURES) -> dict[str, Any]:
    """Return value, interval and sample size of each measure; an undefined one has a reason and no value, never zero."""
    sizes = {name: sample_size(name, holdout) for name in names}
    return {name: {**_summarised(name, candidate, samples.get(name), holdout), **sizes[name]} for name in names}


def sample_size(name: str, holdout: Holdout) -> dict[str, int]:
    """Return what a measure stands on: rows and the frauds among them, for card precision customers ranked on their days."""
    if name != CARD_PRECISION:
        return {"n": len(holdout), "frauds": int(holdout.is_fraud.sum())}
    of_day = holdout.day * (holdout.customer.max(initial=0) + 1) + holdout.customer
    compromised = np.unique(of_day[holdout.is_fraud])
    return {"n": len(np.unique(of_day)), "compromised": len(compromised), "days": len(np.unique(holdout.day))}


def _summarised(name: str, candidate: EvaluatedCandidate, sample: Floats | None, holdout: Holdout) -> dict[str, Any]:
    if sample is None or np.isnan(sample[0]):
        return {"value": None, "reason": _why_unavailable(name, candidate, holdout)}
    return {"value": float(sample[0]), **_interval(sample[1:])}


def _why_unavailable(name: str, candidate: EvaluatedCandidate, holdout: Holdout) -> str:
    if candidate.reason:
        return candidate.reason
    if not len(holdout):
        return "the holdout is empty"
    if name in PROBABILITY_MEASURES and not candidate.is_probability:
        return "its scores are no probabilities"
    if holdout.is_fraud.any() and not holdout.is_fraud.all():
        return "frauds and legitimate transactions part completely: no slope is too steep"
    return "the holdout has no frauds" if not holdout.is_fraud.any() else "there is nothing but frauds"


def _interval(sample: Floats) -> dict[str, float | None]:
    known = sample[~np.isnan(sample)]
    if not len(known):
        return {"low": None, "high": None}
    low, high = np.percentile(known, INTERVAL)
    return {"low": float(low), "high": float(high)}
