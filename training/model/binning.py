"""Bin borders that separate frauds from the rest: a decision tree on one feature, grown best split first.

Supervised bins for piecewise-linear encoding follow Gorishniy et al., On Embeddings for Numerical Features in Tabular
Deep Learning (2022), section 3.2.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MINIMUM_ROWS = 10  # on either side of a border: fewer would be noise


class _Split(NamedTuple):
    negative_gain: float  # heapq pops the smallest
    first: int
    end: int
    cut: int


def bin_borders(values: Floats, is_fraud: NDArray[np.bool_], bins: int) -> Floats:
    """Return at most `bins + 1` ascending borders from the smallest to the largest value; empty without values.

    >>> bin_borders(np.arange(40, dtype=np.float32), np.arange(40) >= 30, 2).tolist()
    [0.0, 29.5, 39.0]
    """
    if not len(values):
        return np.empty(0, np.float32)
    order = np.argsort(values, kind="stable")
    values, frauds_before = values[order], np.concatenate([[0], np.cumsum(is_fraud[order])])
    cuts: list[int] = []
    open_splits = [_best_split(values, frauds_before, 0, len(values))]
    while len(cuts) < bins - 1 and open_splits[0].negative_gain < 0.0:
        split = heapq.heappop(open_splits)
        cuts.append(split.cut)
        heapq.heappush(open_splits, _best_split(values, frauds_before, split.first, split.cut))
        heapq.heappush(open_splits, _best_split(values, frauds_before, split.cut, split.end))
    middles = [(values[cut - 1] + values[cut]) / 2 for cut in cuts]
    return np.unique(np.array([values[0], *middles, values[-1]], np.float32))


def _best_split(values: Floats, frauds_before: NDArray[np.int64], first: int, end: int) -> _Split:
    cut = np.arange(first + MINIMUM_ROWS, end - MINIMUM_ROWS + 1)
    cut = cut[values[cut - 1] < values[cut]] if len(cut) else cut
    frauds = frauds_before[end] - frauds_before[first]
    if not len(cut) or frauds in (0, end - first):
        return _Split(0.0, first, end, first)
    left = frauds_before[cut] - frauds_before[first]
    after = _entropy(left, cut - first) + _entropy(frauds - left, end - cut)
    best = int(np.argmin(after))
    gain = float(_entropy(np.array(frauds), np.array(end - first)) - after[best])
    return _Split(-gain, first, end, int(cut[best]))


def _entropy(frauds: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the nats needed to tell which of the rows are frauds."""
    rest = rows - frauds
    with np.errstate(divide="ignore", invalid="ignore"):
        nats = -(frauds * np.log(frauds / rows) + rest * np.log(rest / rows))
    return np.nan_to_num(nats)  # 0 log 0 is 0
