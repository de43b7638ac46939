"""What the lake may correct in a stored state: one pure rule for bootstrap, backfill and the nightly reconciliation.

Every measure is a sum or a maximum of numbers that are never negative, or a union of bits, so a tile that knows more events is
at least as large in each of them, or has every bit. The lake therefore replaces tiles only where that holds everywhere.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greenfraud.features.manifest import Series
    from greenfraud.features.tiles import Columns, ViewState


class LakeBehindError(Exception):
    """The stored state knows an event that the lake does not have (yet)."""


@dataclass(frozen=True)
class Span:
    """The tiles that are compared: those a window at or after `as_of_us` reads, and that ended by `closed_us`, if given."""

    as_of_us: int
    closed_us: int | None = None

    def positions(self, series: Series, columns: Columns) -> tuple[int, int]:
        """Return where the span starts and ends among the tiles of a series."""
        start = bisect_left(columns[0], (self.as_of_us - series.retention_us) // series.hop_us)
        if self.closed_us is None:
            return start, len(columns[0])
        return start, max(start, bisect_left(columns[0], self.closed_us // series.hop_us))


def corrected(stored: ViewState, lake: ViewState, span: Span, *, trusts_lake: bool = False) -> ViewState:
    """Return the stored state with the lake's tiles within the span and its own outside of it.

    Raises LakeBehindError where the stored state knows more, unless the lake is trusted.
    """
    tiles = {}
    for series in stored.view.series:
        ours, theirs = stored.tiles[series.name], lake.tiles[series.name]
        start, end = span.positions(series, ours)
        within = _part(theirs, *span.positions(series, theirs))
        if not (trusts_lake or covers(within, _part(ours, start, end), series.combine)):
            raise LakeBehindError(series.name)
        parts = (_part(ours, 0, start), within, _part(ours, end, len(ours[0])))
        tiles[series.name] = tuple(sum(columns, ()) for columns in zip(*parts, strict=True))
    newest = _newest(stored.newest_us, lake.newest_us)
    newest_report = _newest(stored.newest_report_us, lake.newest_report_us)
    return replace(stored, tiles=tiles, newest_us=newest, newest_report_us=newest_report)


def covers(one: Columns, other: Columns, combine: tuple[str, ...]) -> bool:
    """Tell whether every tile of `other` is in `one`, and no measure of it tells more.

    >>> covers(((7, 8), (2, 1)), ((7,), (1,)), ("sum",)), covers(((7,), (2,)), ((8,), (1,)), ("sum",))
    (True, False)
    >>> covers(((7,), (6,)), ((7,), (2,)), ("or",)), covers(((7,), (6,)), ((7,), (1,)), ("or",))
    (True, False)
    """
    known = dict(zip(one[0], zip(*one[1:], strict=True), strict=True))
    for index, *measures in zip(*other, strict=True):
        larger = known.get(index)
        if larger is None or not all(map(_knows, combine, larger, measures)):
            return False
    return True


def _knows(combination: str, more: int, less: int) -> bool:
    return more | less == more if combination == "or" else more >= less


def closed_part(state: ViewState, span: Span) -> tuple[Columns, ...]:
    """Return the tiles of a state within a span, series by series."""
    return tuple(_part(state.tiles[series.name], *span.positions(series, state.tiles[series.name])) for series in state.view.series)


def _part(columns: Columns, start: int, end: int) -> Columns:
    return tuple(column[start:end] for column in columns)


def _newest(one: int | None, other: int | None) -> int | None:
    return max((instant for instant in (one, other) if instant is not None), default=None)
