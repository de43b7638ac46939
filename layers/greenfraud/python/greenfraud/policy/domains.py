"""What values can be at all, by how a feature is computed, and what conditions leave of it: beyond, a condition says nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from greenfraud.features.distinct import PLACES
from greenfraud.features.manifest import KEPT_SECONDS, Manifest
from greenfraud.policy.conditions import Condition


class Domain(NamedTuple):
    """The least and the greatest that a value can be, and whether it is a whole number."""

    low: float = -math.inf
    high: float = math.inf
    is_whole: bool = False


MOST_COUNTED = 2.0**52  # up to which whole numbers have a next one; no count comes near
ANY, POSITIVE, FLAG, COUNT = Domain(), Domain(0.0), Domain(0.0, 1.0, is_whole=True), Domain(0.0, MOST_COUNTED, is_whole=True)
SINCE, DIFFERENT = Domain(0.0, float(KEPT_SECONDS)), Domain(0.0, float(PLACES), is_whole=True)
# Reports are of payments a while ago: of a quiet week's they can be more than there were payments.
OF_KIND: Mapping[str, Domain] = {
    **dict.fromkeys(("number", "log_amount_minus_mean", "amount_z_score"), ANY),
    **dict.fromkeys(("amount", "mean_amount", "sd_amount", "report_ratio", "report_share"), POSITIVE),
    **dict.fromkeys(("amount_over_mean", "amount_over_largest", "amount_over_declined", "amount_over_refused"), POSITIVE),
    **dict.fromkeys(("weekend", "night", "category", "first_time"), FLAG),
    **dict.fromkeys(("count", "accepted", "declined", "lagged_count", "reports"), COUNT),
    **dict.fromkeys(("seconds_since_last", "seconds_since_report"), SINCE),
    "distinct": DIFFERENT,
}


def domains_of(manifest: Manifest) -> dict[str, Domain]:
    """Return what each feature can be; of a declared number, which is whatever its owner sends, nobody knows."""
    return {feature.name: OF_KIND.get(feature.kind, ANY) for feature in manifest.features}


class Room(NamedTuple):
    """Numbers from `low` to `high`, either itself left out where it is open, and without some in between."""

    low: float
    high: float
    is_low_open: bool = False
    is_high_open: bool = False
    without: frozenset[float] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no number is left."""
        return self.low > self.high or (self.low == self.high and (self.is_low_open or self.is_high_open))


def room_of(domain: Domain, conditions: Iterable[Condition]) -> Room:
    """Return the numbers of a domain that meet all comparisons with a number; of equal ones the same, however they are written.

    >>> room_of(COUNT, [Condition("customer_count_1h", ">", 4.0)]) == room_of(COUNT, [Condition("customer_count_1h", ">=", 5.0)])
    True
    >>> room_of(FLAG, [Condition("is_night", "==", 2.0)]).is_empty
    True
    """
    low, high, is_whole = domain
    is_low_open = is_high_open = False
    without: set[float] = set()
    for one in conditions:
        bound = float(one.operand)
        if one.test == "!=":
            without.add(bound)
        if one.test in (">", ">=", "==") and (bound, one.test == ">") > (low, is_low_open):
            low, is_low_open = bound, one.test == ">"
        if one.test in ("<", "<=", "==") and (-bound, one.test == "<") > (-high, is_high_open):
            high, is_high_open = bound, one.test == "<"
    if is_whole:
        return _whole(Room(low, high, is_low_open, is_high_open), without)
    is_low_open, is_high_open = is_low_open or low in without, is_high_open or high in without
    return Room(low, high, is_low_open, is_high_open, frozenset(one for one in without if low < one < high))


def _whole(room: Room, without: set[float]) -> Room:
    """The same of whole numbers alone, by the first and the last of them."""
    low, high = float(math.ceil(room.low)), float(math.floor(room.high))
    low += room.is_low_open and low == room.low
    high -= room.is_high_open and high == room.high
    for one in sorted(without):
        low += one == low
    for one in sorted(without, reverse=True):
        high -= one == high
    return Room(low, high, without=frozenset(one for one in without if low < one < high and one.is_integer()))
