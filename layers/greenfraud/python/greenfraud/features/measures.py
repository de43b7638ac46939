"""What one event adds to a tile, and how tiles of a measure combine.

Sums, maxima and unions of bits of integers are commutative monoids, with 0 as neutral element because no measure is negative:
tiles may be added and merged in any order.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import partial, reduce
from typing import NamedTuple

from greenfraud.features.distinct import WORDS, mark
from greenfraud.features.logarithm import log2_fixed

# 10,000.00: squares are at most 10^12, so that the sum over 9,007 transactions of a window stays below 2^53, where
# doubles hold every integer. Beyond, sums are rounded, in every engine alike.
SQUARE_CAP_MINOR = 10**6
# Above every amount: what a payment lacks to it is largest where the payment is smallest.
ROOM_MINOR = 1 << 40
# What happens to an entity: a payment is tried; it is accepted, at once or later, or held, or declined; it is reported as fraud.
ATTEMPT, ACCEPTANCE, HOLD, DECLINE, REPORT = "attempt", "acceptance", "hold", "decline", "report"


class Measure(NamedTuple):
    """A number per tile: what one `event` of so many minor units contributes, combined by "sum", "max" or "or".

    One that `is_of_other` is of the place of whom the entity met: a terminal's customer, a customer's terminal.
    """

    event: str
    combination: str
    of: Callable[[int], int]
    is_of_other: bool = False


def capped(amount_minor: int) -> int:
    """Return the amount that enters squares.

    >>> capped(1_250), capped(10**12)
    (1250, 1000000)
    """
    return min(amount_minor, SQUARE_CAP_MINOR)


MEASURES: Mapping[str, Measure] = {
    "count": Measure(ATTEMPT, "sum", lambda _: 1),
    "accepted": Measure(ACCEPTANCE, "sum", lambda _: 1),
    "amount_minor": Measure(ACCEPTANCE, "sum", lambda amount_minor: amount_minor),
    # What the cap cuts off: nearly always 0, which takes one byte; amount_minor less excess_minor is the capped sum.
    "excess_minor": Measure(ACCEPTANCE, "sum", lambda amount_minor: amount_minor - capped(amount_minor)),
    "square": Measure(ACCEPTANCE, "sum", lambda amount_minor: capped(amount_minor) ** 2),
    "log_amount": Measure(ACCEPTANCE, "sum", log2_fixed),
    "largest": Measure(ACCEPTANCE, "max", lambda amount_minor: amount_minor),
    "held": Measure(HOLD, "sum", lambda _: 1),
    "held_room": Measure(HOLD, "max", lambda amount_minor: ROOM_MINOR - amount_minor),
    "declined": Measure(DECLINE, "sum", lambda _: 1),
    "declined_room": Measure(DECLINE, "max", lambda amount_minor: ROOM_MINOR - amount_minor),
    "reports": Measure(REPORT, "sum", lambda _: 1),
    **{name: Measure(ATTEMPT, "or", partial(mark, word), is_of_other=True) for word, name in enumerate(WORDS)},
}

PAIR: Mapping[str, Callable[[int, int], int]] = {"sum": operator.add, "max": max, "or": operator.or_}
MANY: Mapping[str, Callable[[Iterable[int]], int]] = {
    "sum": sum,
    "max": partial(max, default=0),
    "or": lambda words: reduce(operator.or_, words, 0),
}
