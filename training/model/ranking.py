"""How well scores rank: curves over rows of customers that count several times, and the measures read off them.

`weights` [weightings, customers] says how often each customer counts: once, or as often as a resample of a bootstrap has
drawn it. A measure is an array [weightings], NaN where it is undefined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]

CELLS_AT_ONCE = 1 << 20  # of a table [weightings, rows]: what stays near the processor is added up several times as fast


@dataclass(frozen=True)
class Curves:
    """Down to each score that a fraud has, highest first: what was found, per weighting [weightings, steps].

    Between two such scores nothing but legitimate rows is found, so that no measure asks about the scores there.
    """

    frauds: Floats  # with this score or a higher one
    above: Floats  # legitimate, with a higher score
    legitimate: Floats  # legitimate, with this score or a higher one
    all_legitimate: Floats  # [weightings]

    @property
    def _found(self) -> Floats:
        return np.diff(self.frauds, axis=1, prepend=0.0)

    @property
    def _all_frauds(self) -> Floats:
        return self.frauds[:, -1] if self.frauds.shape[1] else np.zeros(len(self.frauds))

    def average_precision(self) -> Floats:
        """Return the mean precision over recalled frauds, as scikit-learn's average_precision_score defines it."""
        precision = self.frauds / np.maximum(self.frauds + self.legitimate, np.finfo(float).tiny)
        return ratio((self._found * precision).sum(axis=1), self._all_frauds)

    def auc_roc(self) -> Floats:
        """Return the probability that a fraud ranks above a legitimate row, ties counting half."""
        below = self.all_legitimate[:, None] - (self.above + self.legitimate) / 2.0
        return ratio((self._found * below).sum(axis=1), self._all_frauds * self.all_legitimate)

    def recall_at(self, false_positive_rate: float) -> Floats:
        """Return the recall of the lowest threshold that keeps the false positive rate."""
        is_kept = self.legitimate <= false_positive_rate * self.all_legitimate[:, None]
        recall = ratio((self._found * is_kept).sum(axis=1), self._all_frauds)
        return np.where(self.all_legitimate > 0, recall, np.nan)


class Ranking:
    """Scores sorted once, so that any number of weightings give their curves by sums over the rows between frauds."""

    def __init__(self, scores: Floats, is_fraud: Flags, customer: Codes) -> None:
        """Sort by descending score; there is at least one row."""
        order = np.argsort(-scores, kind="stable")
        ordered, frauds = scores[order], np.flatnonzero(is_fraud[order])
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        tie = np.searchsorted(starts, frauds, side="right") - 1  # equal scores enter together
        step, self._first = np.unique(tie, return_index=True)  # of each step, among the frauds
        start, end = starts[step], np.append(starts, len(order))[step + 1]
        self._cuts, places = np.unique(np.concatenate([[0], start, end, [len(order)]]), return_inverse=True)
        self._start, self._end = places[1:-1].reshape(2, -1)
        self._customer = customer[order]
        self._defrauded = self._customer[frauds]

    def curves(self, weights: Floats) -> Curves:
        """Return the curves of some weightings."""
        frauds = self._found(weights)
        passed = np.vstack([self._passed(block) for block in blocks(weights, len(self._customer))])
        before = np.hstack([np.zeros((len(weights), 1)), frauds])
        above, through = passed[:, self._start] - before[:, :-1], passed[:, self._end] - frauds
        return Curves(frauds, above, through, passed[:, -1] - before[:, -1])

    def _found(self, weights: Floats) -> Floats:
        """Return the frauds with the score of each step or a higher one."""
        if not len(self._first):
            return np.zeros((len(weights), 0))
        return np.asarray(np.cumsum(np.add.reduceat(weights[:, self._defrauded], self._first, axis=1), axis=1))

    def _passed(self, weights: Floats) -> Floats:
        """Return how many rows stand before each cut."""
        between = np.add.reduceat(weights.take(self._customer, axis=1), self._cuts[:-1], axis=1)
        return np.hstack([np.zeros((len(weights), 1)), np.cumsum(between, axis=1)])


def blocks(weights: Floats, rows: int) -> Iterator[Floats]:
    """Yield the weightings, so few at a time that a table of them and all rows stays small."""
    size = max(1, CELLS_AT_ONCE // rows)
    for first in range(0, len(weights), size):
        yield weights[first : first + size]


def average_precision(scores: Floats, is_fraud: Flags, weight: Floats | None = None) -> float:
    """Return the average precision of one ranking of rows, each of which may count several times.

    >>> average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    counts = np.ones(len(scores)) if weight is None else weight
    return float(Ranking(scores, is_fraud, np.arange(len(scores))).curves(counts[None]).average_precision()[0])


def ratio(parts: Floats, whole: Floats) -> Floats:
    """Return parts / whole, NaN where the whole is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing of nothing is NaN
        return np.where(whole > 0, parts / whole, np.nan)
