"""Measures of one candidate's probabilities over the rows of customers that count several times, as in `model.ranking`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.model.ranking import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]

ECE_BINS = 10


def weighted_sum(values: Floats, customer: Codes, weights: Floats) -> Floats:
    """Return the sum over rows that count as often as their customer.

    >>> weighted_sum(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 1]), np.array([[1.0, 1.0], [2.0, 0.0]]))
    array([7., 2.])
    """
    return np.asarray(weights @ np.bincount(customer, values, weights.shape[1]))


def brier_score(probability: Floats, is_fraud: Flags, customer: Codes, weights: Floats) -> Floats:
    """Return the mean squared distance between probability and truth (Brier, 1950)."""
    squared = weighted_sum((probability - is_fraud) ** 2, customer, weights)
    return ratio(squared, weighted_sum(np.ones(len(probability)), customer, weights))


def expected_calibration_error(probability: Floats, is_fraud: Flags, customer: Codes, weights: Floats) -> Floats:
    """Return the mean distance between probability and frequency over ten bins of equal width.

    >>> expected_calibration_error(np.array([0.25, 0.25]), np.array([True, False]), np.array([0, 1]), np.ones((1, 2)))
    array([0.25])
    """
    bins = np.minimum((probability * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    cells = weights.shape[1] * ECE_BINS
    excess = np.bincount(customer * ECE_BINS + bins, probability - is_fraud, cells).reshape(-1, ECE_BINS)
    return ratio(np.abs(weights @ excess).sum(axis=1), weighted_sum(np.ones(len(probability)), customer, weights))
