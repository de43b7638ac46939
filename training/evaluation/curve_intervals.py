"""What pictures of a ranking show with intervals: precision at each recall, and card precision at several capacities.

Fewer resamples than a measure that decides something: these are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.card_precision import CardRanking
from training.evaluation.measurement import INTERVAL, REVIEW_CAPACITY, customer_weights
from training.model.ranking import Ranking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]

RESAMPLES = 50
CAPACITIES = (REVIEW_CAPACITY // 4, REVIEW_CAPACITY // 2, REVIEW_CAPACITY, 2 * REVIEW_CAPACITY)
RECALLS = np.linspace(0.05, 0.95, 19)


class CurveIntervals:
    """The resamples of one holdout, drawn once for all candidates; there are rows, and frauds among them."""

    def __init__(self, holdout: Holdout) -> None:
        """Draw."""
        self._holdout = holdout
        self._weights = customer_weights(int(holdout.customer.max()) + 1, RESAMPLES)

    def precision_band(self, scores: Floats) -> list[dict[str, float | None]]:
        """Return the interval of precision at each recall."""
        curves = Ranking(scores, self._holdout.is_fraud, self._holdout.customer).curves(self._weights[1:])
        recall = curves.frauds / np.maximum(curves.frauds[:, -1:], 1.0)
        precision = curves.frauds / np.maximum(curves.frauds + curves.legitimate, 1.0)
        steps = np.stack([(recall < wanted).sum(axis=1) for wanted in RECALLS], axis=1)  # the first that reaches it
        found = np.take_along_axis(precision, np.minimum(steps, precision.shape[1] - 1), axis=1)
        low, high = np.percentile(found, INTERVAL, axis=0)
        return [
            {"recall": float(wanted), "low": float(least), "high": float(most)}
            for wanted, least, most in zip(RECALLS, low, high, strict=True)
        ]

    def card_precision(self, scores: Floats) -> list[dict[str, Any]]:
        """Return card precision with its interval at each capacity."""
        ranking = self._ranking(scores)
        return [_told(capacity, ranking.precision_at(capacity, self._weights)) for capacity in CAPACITIES]

    def best_card_precision(self) -> dict[str, float]:
        """Return what a ranking that knew the truth would reach, by capacity."""
        ranking = self._ranking(self._holdout.is_fraud.astype(np.float64))
        return {str(capacity): float(ranking.precision_at(capacity, self._weights[:1])[0]) for capacity in CAPACITIES}

    def _ranking(self, scores: Floats) -> CardRanking:
        return CardRanking(scores, self._holdout.is_fraud, self._holdout.customer, self._holdout.day)


def _told(capacity: int, sample: Floats) -> dict[str, Any]:
    low, high = np.percentile(sample[1:], INTERVAL)
    return {"k": capacity, "value": float(sample[0]), "low": float(low), "high": float(high)}
