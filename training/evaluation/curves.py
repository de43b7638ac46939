"""What plots of a holdout show: precision by recall, and frequency by probability, of every candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.calibration import ECE_BINS
from training.evaluation.curve_intervals import CurveIntervals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.evaluation.candidates import EvaluatedCandidate
    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]

SCHEMA = 1
POINTS = 200  # of a curve; more would not be seen
FRAUD_BINS = 10  # of equally many frauds: of bins of equal width, the lowest holds nearly all rows


def curves_document(candidates: Sequence[EvaluatedCandidate], holdout: Holdout) -> dict[str, Any]:
    """Return `curves.json`: the curves of each candidate that could be scored, by name."""
    scored = {candidate.name: candidate for candidate in candidates if candidate.scores is not None and holdout.is_fraud.any()}
    intervals = CurveIntervals(holdout) if scored else None
    return {
        "schema": SCHEMA,
        "candidates": {name: _curves(candidate, holdout.is_fraud, intervals) for name, candidate in scored.items()},
        "best_card_precision": intervals.best_card_precision() if intervals else {},
    }


def _curves(candidate: EvaluatedCandidate, is_fraud: Flags, intervals: CurveIntervals | None) -> dict[str, Any]:
    assert candidate.scores is not None
    assert intervals is not None
    scores, is_probability = candidate.scores, candidate.is_probability
    return {
        "precision_band": intervals.precision_band(scores),
        "card_precision": intervals.card_precision(scores),
        "precision_recall": precision_recall(scores, is_fraud),
        "calibration": reliability(scores, is_fraud) if is_probability else None,
        "reliability": reliability_by_frauds(scores, is_fraud) if is_probability else None,
    }


def precision_recall(scores: Floats, is_fraud: Flags) -> list[list[float]]:
    """Return recall and precision down to each score that a fraud has, highest first; at most POINTS of them.

    >>> precision_recall(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
    [[0.5, 1.0], [1.0, 0.6666666666666666]]
    """
    order = np.argsort(-scores, kind="stable")
    ordered, frauds = scores[order], np.cumsum(is_fraud[order])
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))  # equal scores enter together
    ends = ends[np.diff(frauds[ends], prepend=0) > 0]
    shown = ends[np.unique(np.linspace(0, len(ends) - 1, min(POINTS, len(ends))).round().astype(int))]
    return [[float(frauds[end] / frauds[-1]), float(frauds[end] / (end + 1))] for end in shown]


def reliability(probability: Floats, is_fraud: Flags) -> list[dict[str, Any]]:
    """Return rows, frauds and mean probability of each bin that has rows: the bins of the calibration error.

    >>> reliability(np.array([0.25, 0.25]), np.array([True, False]))
    [{'bin': 2, 'rows': 2, 'frauds': 1, 'mean_probability': 0.25}]
    """
    return _binned(np.minimum((probability * ECE_BINS).astype(int), ECE_BINS - 1), ECE_BINS, probability, is_fraud)


def reliability_by_frauds(probability: Floats, is_fraud: Flags) -> list[dict[str, Any]]:
    """Return the same of bins that hold equally many frauds, as nearly as equal probabilities allow.

    >>> rows = reliability_by_frauds(np.array([0.001, 0.001, 0.002, 0.9, 0.9]), np.array([False, False, True, True, True]))
    >>> [(entry["rows"], entry["frauds"]) for entry in rows]
    [(3, 1), (2, 2)]
    """
    of_frauds = np.sort(probability[is_fraud])
    shares = np.linspace(0, len(of_frauds), FRAUD_BINS + 1)[1:-1].astype(int)
    limits = np.unique(of_frauds[shares])  # a bin ends before the probability of the next one's first fraud
    limits = limits[limits > of_frauds[0]]
    return _binned(np.searchsorted(limits, probability, side="right"), len(limits) + 1, probability, is_fraud)


def _binned(bins: Codes, count: int, probability: Floats, is_fraud: Flags) -> list[dict[str, Any]]:
    rows, frauds, total = (np.bincount(bins, weight, count) for weight in (np.ones(len(bins)), is_fraud, probability))
    return [
        {
            "bin": place,
            "rows": int(rows[place]),
            "frauds": int(frauds[place]),
            "mean_probability": float(total[place] / rows[place]),
        }
        for place in np.flatnonzero(rows).tolist()
    ]
