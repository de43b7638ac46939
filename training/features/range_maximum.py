"""Maxima and unions over many ranges of one array, by levels of a sparse table that are made and dropped one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def range_maxima(values: Ints, start: Ints, end: Ints) -> Ints:
    """Return the maximum of values[start:end] per range, 0 for an empty one.

    >>> range_maxima(np.array([3, 1, 4, 1, 5]), np.array([0, 1, 2, 3]), np.array([2, 4, 5, 3])).tolist()
    [3, 4, 5, 0]
    """
    return _over_ranges(np.maximum, values, start, end)


def range_unions(values: Ints, start: Ints, end: Ints) -> Ints:
    """Return the bits that any of values[:, start:end] has, per row of values and range, 0 for an empty one.

    >>> range_unions(np.array([[1, 2, 1, 8]]), np.array([0, 1, 2, 3]), np.array([3, 4, 4, 3])).tolist()
    [[3, 11, 9, 0]]
    """
    return _over_ranges(np.bitwise_or, values, start, end)


def _over_ranges(both: np.ufunc, values: Ints, start: Ints, end: Ints) -> Ints:
    """Combine the values of each range, along the last axis, by what counts nothing twice: a maximum, a union.

    Level k holds the results of 2^k neighbours; a range is covered by two of them that overlap. (M. A. Bender and
    M. Farach-Colton, The LCA problem revisited, 2000.) Only one level is in memory, as long as the values.
    """
    results = np.zeros((*values.shape[:-1], len(start)), np.int64)
    level_of = np.frexp((end - start).astype(np.float64))[1].astype(np.int8) - 1  # of an empty range: -1
    order = np.argsort(level_of, kind="stable")
    borders = np.searchsorted(level_of[order], np.arange(level_of.max(initial=-1) + 2))
    level = values
    for k in range(len(borders) - 1):
        if k:
            half = 1 << k - 1
            level = both(level[..., :-half], level[..., half:])
        queries = order[borders[k] : borders[k + 1]]
        results[..., queries] = both(level[..., start[queries]], level[..., end[queries] - (1 << k)])
    return results
