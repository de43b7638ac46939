"""Intervals of figures that add up over payments: customers are drawn anew, because one customer's payments go together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np

DRAWS, DRAWS_AT_ONCE, SEED = 400, 20, 7
NORMAL_95 = 1.959964
Figures = Mapping[str, float]


class Resampled:
    """Sums by customer, and the same sums of many draws of as many customers (the Poisson bootstrap)."""

    def __init__(self, names: Sequence[str], rows: Iterable[tuple[str, Figures]]) -> None:
        self._place = {name: place for place, name in enumerate(names)}
        sums: dict[str, list[float]] = {}
        for customer, figures in rows:
            of_customer = sums.setdefault(customer, [0.0] * len(names))
            for name, figure in figures.items():
                of_customer[self._place[name]] += figure
        matrix = np.array(list(sums.values()), float).reshape(len(sums), len(names))
        random = np.random.default_rng(SEED)
        parts = [random.poisson(1.0, (DRAWS_AT_ONCE, len(matrix))) @ matrix for _ in range(DRAWS // DRAWS_AT_ONCE)]
        self._totals, self._draws = matrix.sum(axis=0, keepdims=True), np.concatenate(parts)

    def total(self, name: str) -> float:
        """The sum of a figure."""
        return float(self._totals[0, self._place[name]])

    def told(self, of: Callable[[Callable[[str], Any]], Any], *, is_distance: bool = False) -> dict[str, float | None]:
        """A figure made of sums, with its 95 % interval; null where it divides by nothing.

        Draws are further apart than what they are drawn from: of a distance, what they exceed it by on average is taken off.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            value = of(lambda name: self._totals[:, self._place[name]])[0]
            draws = of(lambda name: self._draws[:, self._place[name]])
        known = draws[np.isfinite(draws)]
        if not np.isfinite(value) or not known.size:
            return {"value": None, "low": None, "high": None}
        low, high = np.quantile(known, (0.025, 0.975))
        if is_distance:
            low, high = (max(0.0, one - float(known.mean() - value)) for one in (low, high))
        return {"value": float(value), "low": float(low), "high": float(high)}


def wilson(hits: float, of: float) -> dict[str, float | None]:
    """A share with Wilson's 95 % interval (1927); null of nothing.

    >>> {name: round(value, 3) for name, value in wilson(8, 10).items()}
    {'value': 0.8, 'low': 0.49, 'high': 0.943}
    """
    if of == 0:
        return {"value": None, "low": None, "high": None}
    share, squared = hits / of, NORMAL_95**2
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = NORMAL_95 * sqrt(share * (1 - share) / of + squared / (4 * of * of)) / (1 + squared / of)
    return {"value": share, "low": max(0.0, middle - half), "high": min(1.0, middle + half)}
