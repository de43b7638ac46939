"""How far a share of so many may lie from what is true of all."""

from __future__ import annotations

import math

NORMAL_95 = 1.959964  # the standard normal's 97.5 % quantile


def wilson(found: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927), which also holds for few rows and for shares near 0 or 1.

    >>> [round(end, 3) for end in wilson(0, 10)], [round(end, 3) for end in wilson(5, 10)]
    ([0.0, 0.278], [0.237, 0.763])
    """
    square = NORMAL_95**2
    centre = (found + square / 2) / (rows + square)
    reach = NORMAL_95 / (rows + square) * math.sqrt(found * (rows - found) / rows + square / 4)
    return max(0.0, centre - reach), min(1.0, centre + reach)
