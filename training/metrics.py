"""Measures of one candidate's scores over weighted rows.

`weight` [rows] says how often each row counts: ones, or one resample of a bootstrap. A measure is NaN where it is
undefined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]

ECE_BINS = 10


@dataclass(frozen=True)
class Curve:
    """Frauds and legitimate rows found from the highest distinct score down to each."""

    frauds: Floats
    legitimate: Floats

    def average_precision(self) -> float:
        """Return the mean precision over recalled frauds, as scikit-learn's average_precision_score defines it."""
        if not self.frauds[-1]:
            return np.nan
        found = np.diff(self.frauds, prepend=0.0)
        precision = self.frauds / np.maximum(self.frauds + self.legitimate, np.finfo(float).tiny)
        return float((found * precision).sum() / self.frauds[-1])

    def auc_roc(self) -> float:
        """Return the probability that a fraud ranks above a legitimate row, ties counting half."""
        pairs = self.frauds[-1] * self.legitimate[-1]
        if not pairs:
            return np.nan
        passed = np.diff(self.legitimate, prepend=0.0)
        before = np.concatenate([[0.0], self.frauds[:-1]])
        return float((passed * (before + self.frauds)).sum() / 2.0 / pairs)

    def recall_at(self, false_positive_rate: float) -> float:
        """Return the recall of the lowest threshold that keeps the false positive rate."""
        if not self.frauds[-1] * self.legitimate[-1]:
            return np.nan
        kept = np.searchsorted(self.legitimate, false_positive_rate * self.legitimate[-1], side="right")
        return float(self.frauds[kept - 1] / self.frauds[-1]) if kept else 0.0


class Ranking:
    """Scores sorted once, so that any number of weightings give their curve by cumulative sums."""

    def __init__(self, scores: Floats, is_fraud: Flags) -> None:
        """Sort by descending score."""
        self._order = np.argsort(-scores, kind="stable")
        self._is_fraud = is_fraud[self._order]
        ordered = scores[self._order]
        self._ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))  # equal scores enter together

    def curve(self, weight: Floats) -> Curve:
        """Return the curve of one weighting."""
        ordered = weight[self._order]
        frauds = np.cumsum(ordered * self._is_fraud)[self._ends]
        return Curve(frauds, np.cumsum(ordered)[self._ends] - frauds)


def average_precision(scores: Floats, is_fraud: Flags) -> float:
    """Return the average precision of one ranking.

    >>> average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    return Ranking(scores, is_fraud).curve(np.ones(len(scores))).average_precision()


def weighted_mean(values: Floats, weight: Floats) -> float:
    """Return the mean of rows that count several times."""
    total = weight.sum()
    return float((weight * values).sum() / total) if total else np.nan


def expected_calibration_error(probability: Floats, is_fraud: Flags, weight: Floats) -> float:
    """Return the mean distance between probability and frequency over ten bins of equal width.

    >>> expected_calibration_error(np.array([0.25, 0.25]), np.array([True, False]), np.ones(2))
    0.25
    """
    bins = np.minimum((probability * ECE_BINS).astype(int), ECE_BINS - 1)
    excess = np.bincount(bins, weight * (probability - is_fraud), ECE_BINS)
    total = weight.sum()
    return float(np.abs(excess).sum() / total) if total else np.nan
