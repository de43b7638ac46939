"""Quality before labels: what calibrated probabilities alone say of transactions whose labels are still to come.

Confidence-based performance estimation (CBPE): each label is taken as a coin that falls on fraud with the probability that the
model gave. That holds as far as probabilities are calibrated, so they are corrected by the weeks whose truth is known
(`reliability`). What it cannot see is a change of the frauds themselves: a model that no longer recognises them gives them small
probabilities, and the estimate believes it. So it is kept, and compared with the truth when that arrives (`quality_watch`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.measurement import ALERT_COST_MINOR, INTERVAL
from training.model.drift_limits import STANDARD_SHARE
from training.model.ranking import blocks, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluation.reliability import Reliability

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]

RESAMPLES = 200
SEED = 20180401  # the same decisions give the same interval
# The adjusted precision is the average one as if frauds had the standard share: a quiet month alone does not lower it.
MEASURES = ("frauds", "average_precision", "adjusted_precision", "alert_precision", "alert_recall", "expected_cost_minor")
LEAST = 1e-9  # of a divisor
ODDS = (1.0 - STANDARD_SHARE) / STANDARD_SHARE  # legitimate payments per fraud, at that share


@dataclass(frozen=True)
class Scored:
    """Transactions by column: what the model said, whether somebody was alerted, the amount at stake, the customer's code.

    `score` orders them: the probability as the model gave it, where `probability` is a corrected one.
    """

    probability: Floats
    is_alert: Flags
    amount_minor: NDArray[np.int64]
    customer: NDArray[np.int64]
    score: Floats

    def __len__(self) -> int:
        """Return the number of transactions."""
        return len(self.probability)

    @classmethod
    def of(cls, probability: Floats, is_alert: Flags, amount_minor: NDArray[np.int64], customer: NDArray[np.int64]) -> Scored:
        """Make them of probabilities as the model gave them."""
        return cls(probability, is_alert, amount_minor, customer, probability)

    def corrected(self, known: Reliability) -> Scored:
        """Return them with the probabilities that should have been, by weeks whose truth is known."""
        return replace(self, probability=known.correct(self.probability))

    def take(self, rows: NDArray[Any]) -> Scored:
        """Return some of them, by number or flag, in that order."""
        return Scored(*(column[rows] for column in vars(self).values()))


def expected(scored: Scored) -> dict[str, float]:
    """Return the expectation of each measure; sums exactly, of the two ratios over all frauds that of either part.

    >>> two = Scored.of(np.array([0.8, 0.2]), np.array([True, False]), np.array([900, 400]), np.array([0, 1]))
    >>> {name: round(value, 3) for name, value in expected(two).items() if name != "adjusted_precision"}
    {'frauds': 1.0, 'average_precision': 0.98, 'alert_precision': 0.8, 'alert_recall': 0.8, 'expected_cost_minor': 580.0}
    """
    chance, is_alert = scored.probability, scored.is_alert
    frauds, found = chance.sum(), chance[is_alert].sum()
    missed = (chance * scored.amount_minor)[~is_alert].sum()
    return {
        "frauds": float(frauds),
        "average_precision": _expected_precision(chance, scored.score),
        "adjusted_precision": _expected_precision(chance, scored.score, _legitimate_weight(frauds, len(scored))),
        "alert_precision": _share(found, is_alert.sum()),
        "alert_recall": _share(found, frauds),
        "expected_cost_minor": float(ALERT_COST_MINOR * is_alert.sum() + missed),
    }


def _expected_precision(chance: Floats, score: Floats, weight: float = 1.0) -> float:
    """Return the expected average precision of independent labels; equal scores enter the ranking together.

    A fraud at a rank expects itself, and of each other row down to there its probability: the precision that it adds. Each
    legitimate row counts `weight` times.
    """
    order = np.argsort(-score, kind="stable")
    ordered, ranks = chance[order], -score[order]
    last = np.searchsorted(ranks, ranks, side="right") - 1  # of those that tie
    found = 1.0 + np.cumsum(ordered)[last] - ordered
    return _share((ordered * found / (found + weight * (last + 1 - found))).sum(), ordered.sum())


def _legitimate_weight(frauds: Any, rows: Any) -> Any:
    """Return how often each legitimate row counts for frauds to have the standard share; 0 where there is none."""
    return ODDS * frauds / np.maximum(rows - frauds, LEAST)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def estimate(scored: Scored, resamples: int = RESAMPLES, seed: int = SEED) -> dict[str, dict[str, float | None]]:
    """Return value, low and high of each measure; None where it is undefined.

    The interval holds 95 % of resamples, each of which draws every label anew and every customer Poisson(1) times: frauds of one
    customer come together, which independent labels alone would not show.
    """
    values, drawn = expected(scored), _resampled(scored, resamples, seed)
    return {name: {"value": _told(values[name]), **_interval(drawn[name])} for name in MEASURES}


def _resampled(scored: Scored, resamples: int, seed: int) -> dict[str, Floats]:
    chance = np.random.default_rng(seed)
    ordered = scored.take(np.argsort(-scored.score, kind="stable"))
    customers = int(ordered.customer.max(initial=-1)) + 1
    drawn = []
    for weights in blocks(chance.poisson(1.0, (resamples, customers)).astype(float), max(len(ordered), 1)):
        counts = weights[:, ordered.customer]
        labels = counts * (chance.random(counts.shape) < ordered.probability)
        drawn.append(_of_ranked(ordered, counts, labels))
    return {name: np.concatenate([part[name] for part in drawn]) for name in MEASURES}


def measured(scored: Scored, is_fraud: Flags) -> dict[str, float | None]:
    """Return the same measures as they came out; None where one is undefined."""
    order = np.argsort(-scored.score, kind="stable")
    ordered, labels = scored.take(order), is_fraud[order].astype(float)[None]
    return {name: _told(found[0]) for name, found in _of_ranked(ordered, np.ones_like(labels), labels).items()}


def _of_ranked(ordered: Scored, counts: Floats, labels: Floats) -> dict[str, Floats]:
    """Return each measure per weighting [weightings]; rows stand from the highest score down, `labels` are counts of frauds."""
    last = np.searchsorted(-ordered.score, -ordered.score, side="right") - 1
    frauds, seen = np.cumsum(labels, axis=1), np.cumsum(counts, axis=1)
    precision = ratio(frauds[:, last], seen[:, last])
    weight = _legitimate_weight(frauds[:, -1:], seen[:, -1:])
    adjusted = ratio(frauds[:, last], frauds[:, last] + weight * (seen - frauds)[:, last])
    alerts, found = counts[:, ordered.is_alert].sum(axis=1), labels[:, ordered.is_alert].sum(axis=1)
    every = labels.sum(axis=1)
    missed = (labels * ordered.amount_minor)[:, ~ordered.is_alert].sum(axis=1)
    return {
        "frauds": every,
        "average_precision": ratio(np.nansum(labels * precision, axis=1), every),
        "adjusted_precision": ratio(np.nansum(labels * adjusted, axis=1), every),
        "alert_precision": ratio(found, alerts),
        "alert_recall": ratio(found, every),
        "expected_cost_minor": ALERT_COST_MINOR * alerts + missed,
    }


def _interval(sample: Floats) -> dict[str, float | None]:
    known = sample[~np.isnan(sample)]
    low, high = np.percentile(known, INTERVAL) if len(known) else (np.nan, np.nan)
    return {"low": _told(low), "high": _told(high)}


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
