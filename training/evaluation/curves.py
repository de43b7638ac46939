"""What plots of a holdout show: precision by recall, and frequency by probability, of every candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.calibration import ECE_BINS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.evaluation.candidates import EvaluatedCandidate
    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]

SCHEMA = 1
POINTS = 200  # of a curve; more would not be seen


def curves_document(candidates: Sequence[EvaluatedCandidate], holdout: Holdout) -> dict[str, Any]:
    """Return `curves.json`: the curves of each candidate that could be scored, by name."""
    scored = {candidate.name: candidate for candidate in candidates if candidate.scores is not None and holdout.is_fraud.any()}
    return {"schema": SCHEMA, "candidates": {name: _curves(candidate, holdout.is_fraud) for name, candidate in scored.items()}}


def _curves(candidate: EvaluatedCandidate, is_fraud: Flags) -> dict[str, Any]:
    assert candidate.scores is not None
    calibration = reliability(candidate.scores, is_fraud) if candidate.is_probability else None
    return {"precision_recall": precision_recall(candidate.scores, is_fraud), "calibration": calibration}


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
    bins = np.minimum((probability * ECE_BINS).astype(int), ECE_BINS - 1)
    rows, frauds, total = (np.bincount(bins, weight, ECE_BINS) for weight in (np.ones(len(bins)), is_fraud, probability))
    return [
        {
            "bin": place,
            "rows": int(rows[place]),
            "frauds": int(frauds[place]),
            "mean_probability": float(total[place] / rows[place]),
        }
        for place in np.flatnonzero(rows).tolist()
    ]
