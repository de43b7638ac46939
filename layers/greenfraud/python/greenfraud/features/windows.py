"""Sawtooth windows over tiles.

A window of length w at time t covers floor_to_hop(t - w) <= event time < t: exact at its head, where the state
holds nothing newer than what has been seen, and quantised to the hop at its tail. Semantics of Chronon's
sawtooth windows (https://chronon.ai). Among events of the same microsecond, transactions come before reports, and
transactions in the order of their ids.

A lagged window asks about the time before labels could be known: the transactions that happened in the window moved
back by the label lag. Its head lies in the past, inside a tile, so it is rounded up to the hour.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from greenfraud.errors import InvalidInput
from greenfraud.instants import DAY_US, HOUR_US, MINUTE_US

_DURATION = re.compile(r"(\d+)(min|h|d)", re.ASCII)
_UNIT_US = {"min": MINUTE_US, "h": HOUR_US, "d": DAY_US}


class TileRange(NamedTuple):
    """Tile indices from `first` up to, not including, `end`; a tile's index is its time divided by the hop."""

    first: int
    end: int


def parse_duration(text: str) -> int:
    """Return microseconds. Raises InvalidInput for anything but a count of min, h or d.

    >>> parse_duration("7d") == 7 * DAY_US, parse_duration("5min") == 5 * MINUTE_US
    (True, True)
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidInput("duration", f"{text!r} is not a number followed by min, h or d")
    return int(match[1]) * _UNIT_US[match[2]]


def hop_of(window_us: int) -> int:
    """Return the tile length of a window: 5 minutes up to 1 hour, 1 hour up to 1 day, 1 day beyond.

    >>> [hop_of(parse_duration(window)) // MINUTE_US for window in ("1h", "1d", "30d")]
    [5, 60, 1440]
    """
    if window_us <= HOUR_US:
        return 5 * MINUTE_US
    return HOUR_US if window_us <= DAY_US else DAY_US


def slack_of(hop_us: int) -> int:
    """Return how much longer tiles are kept than their windows need, for events that arrive late."""
    return min(12 * hop_us, DAY_US)


def recent_tiles(occurred_us: int, window_us: int, hop_us: int) -> TileRange:
    """Return the tiles of a window ending now.

    >>> recent_tiles(61 * MINUTE_US, HOUR_US, 5 * MINUTE_US)
    TileRange(first=0, end=13)
    """
    return TileRange((occurred_us - window_us) // hop_us, occurred_us // hop_us + 1)


def lagged_tiles(occurred_us: int, window_us: int, hop_us: int, lag_us: int) -> tuple[TileRange, TileRange]:
    """Return the whole tiles of a lagged window, and the hours of its head that no whole tile covers.

    It covers floor_to_hop(t - w) - lag <= event time < ceil_to_hour(t - lag); `lag_us` is a multiple of the hop.

    >>> lagged_tiles(9 * DAY_US + 1, DAY_US, HOUR_US, 7 * DAY_US)
    (TileRange(first=24, end=49), TileRange(first=49, end=49))
    >>> lagged_tiles(16 * DAY_US + HOUR_US + 1, 7 * DAY_US, DAY_US, 7 * DAY_US)
    (TileRange(first=2, end=9), TileRange(first=216, end=218))
    """
    head_hour = -((lag_us - occurred_us) // HOUR_US)
    first = (occurred_us - window_us) // hop_us - lag_us // hop_us
    end = head_hour * HOUR_US // hop_us
    return TileRange(first, end), TileRange(end * hop_us // HOUR_US, head_hour)
