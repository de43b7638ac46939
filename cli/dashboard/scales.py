"""From values to places on a plot: evenly along a line, or one band per category."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class LinearScale:
    """Values from `low` to `high` lie evenly between the places `first` and `last`."""

    low: float
    high: float
    first: float
    last: float
    step: float

    def place(self, value: float) -> float:
        """Where `value` lies."""
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)

    @property
    def ticks(self) -> list[float]:
        """Round values from `low` to `high`."""
        count = round((self.high - self.low) / self.step)
        return [self.low + index * self.step for index in range(count + 1)]

    def label(self, value: float) -> str:
        """A tick's value with the decimals that its neighbours need."""
        return f"{value:,.{decimals_of(self.step)}f}"


def linear_scale(values: Iterable[float], first: float, last: float, *, from_zero: bool = False, count: int = 5) -> LinearScale:
    """A scale over all `values`, widened to round ends; one value alone gets room on both sides."""
    known = [value for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        room = abs(low) * 0.1 or 0.5
        low, high = (0.0, room * 2) if from_zero and low == 0 else (low - room, high + room)
    step = round_step((high - low) / count)
    return LinearScale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, first, last, step)


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`.

    >>> round_step(0.13), round_step(30), round_step(2.2)
    (0.2, 50.0, 2.5)
    """
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in STEPS if step * power >= least * (1 - 1e-9))


def decimals_of(step: float) -> int:
    """Decimals that tell values `step` apart.

    >>> decimals_of(0.25), decimals_of(0.2), decimals_of(50.0)
    (2, 1, 0)
    """
    return next(places for places in range(12) if math.isclose(round(step, places), step, rel_tol=1e-6))


@dataclass(frozen=True)
class BandScale:
    """`count` bands of equal width between the places `first` and `last`; a value is a band's number, from 0."""

    count: int
    first: float
    last: float

    @property
    def width(self) -> float:
        """Of one band."""
        return (self.last - self.first) / max(self.count, 1)

    def place(self, band: float) -> float:
        """The middle of a band."""
        return self.first + (band + 0.5) * self.width


def thinned(labels: Sequence[str], most: int) -> list[tuple[int, str]]:
    """At most `most` labels with their numbers, evenly spread, the first among them.

    >>> thinned(["a", "b", "c", "d", "e"], 3)
    [(0, 'a'), (2, 'c'), (4, 'e')]
    """
    every = max(1, math.ceil(len(labels) / max(most, 1)))
    return [(index, label) for index, label in enumerate(labels) if index % every == 0]
