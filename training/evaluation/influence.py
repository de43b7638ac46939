"""How much each row moves a candidate's average precision: the derivative by the row's weight.

Summed over the rows of a cluster it says, to first order, what leaving the cluster out would change: the infinitesimal jackknife
(Jaeckel, 1972; Efron, The jackknife, the bootstrap and other resampling plans, 1982, chapter 6). It needs one sort and no resample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]


def precision_influence(scores: Floats, is_fraud: Flags) -> tuple[float, Floats]:
    """Return the average precision, and its derivative by the weight of each row; NaN and zeros without frauds.

    A fraud counts by the precision at its own score, and every row by what it adds to or takes from the precision at the frauds
    that score no higher. Equal scores enter together.

    >>> precision, influence = precision_influence(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
    >>> round(precision, 4), influence.round(4).tolist()
    (0.8333, [0.1389, -0.1111, -0.0278])
    """
    if not is_fraud.any():
        return float("nan"), np.zeros(len(scores))
    order = np.argsort(-scores, kind="stable")
    ordered, frauds = scores[order], is_fraud[order].astype(float)
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    step = np.searchsorted(ends, np.arange(len(ordered)))
    found, rows = np.cumsum(frauds)[ends], ends + 1.0
    precision, new, total = found / rows, np.diff(found, prepend=0.0), found[-1]
    mean = float((new * precision).sum() / total)
    gained, lost = (np.cumsum(part[::-1])[::-1][step] for part in (new / rows, new * precision / rows))
    influence = np.empty(len(scores))
    influence[order] = (frauds * (precision[step] - mean + gained) - lost) / total
    return mean, influence
