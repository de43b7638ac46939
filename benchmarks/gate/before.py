"""The rule that held before: an interval of resampled customers above zero, one challenger or many, and not certainly dearer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.policy import DEFAULT_POLICY
from training.evaluation.calibration import weighted_sum
from training.evaluation.measurement import ALERT_COST_MINOR, INTERVAL, customer_weights
from training.model.ranking import Ranking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.gate.weeks import Week

    Floats = NDArray[np.floating[Any]]


class Before:
    """Judges challengers of one week against production."""

    def __init__(self, week: Week, production: Floats) -> None:
        """Resample the customers once, for all."""
        self._week = week
        self._weights = customer_weights(int(week.customer.max()) + 1)
        self._precision, self._cost = self._figures(production)

    def would_promote(self, scores: Floats) -> bool:
        """Return whether a challenger would have been promoted."""
        precision, cost = self._figures(scores)
        better, _ = np.nanpercentile((precision - self._precision)[1:], INTERVAL)
        dearer, _ = np.nanpercentile((cost - self._cost)[1:], INTERVAL)
        return bool(better > 0 and dearer <= 0)

    def _figures(self, scores: Floats) -> tuple[Floats, Floats]:
        week = self._week
        curves = Ranking(scores, week.is_fraud, week.customer).curves(self._weights)
        missed = np.where(week.is_fraud, week.amount_minor, 0)
        cost = np.where(scores >= DEFAULT_POLICY.review_at, ALERT_COST_MINOR, missed).astype(float)
        return curves.average_precision(), weighted_sum(cost, week.customer, self._weights)
