"""The state of one entity: sparse tiles that combine in any order.

Sums, maxima and unions commute, so a late event lands in its tile, and replaying the same events in any order gives the
same state.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.features.distinct import NO_PLACE, mark, place_of
from greenfraud.features.encoding import decode_int64, decode_int64_list, encode_int64, encode_int64_list
from greenfraud.features.manifest import KEPT_US, Series, View
from greenfraud.features.measures import ACCEPTANCE, ATTEMPT, DECLINE, HOLD, MANY, MEASURES, PAIR, REPORT
from greenfraud.features.windows import TileRange
from greenfraud.outcomes import ALLOW, BLOCK

# The ascending tile indices, then one column per measure.
Columns = tuple[tuple[int, ...], ...]
NO_EXTRAS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ViewState:
    """What is remembered of one customer, terminal or other entity; `newest_us` is None as long as nothing was seen.

    `newest_report_us` is the newest fraud report, where the view keeps it.
    """

    view: View
    tiles: Mapping[str, Columns]
    newest_us: int | None = None
    newest_report_us: int | None = None

    @classmethod
    def empty(cls, view: View) -> ViewState:
        """Return the state of an entity that was never seen."""
        return cls(view, {series.name: _no_tiles(series) for series in view.series})

    @classmethod
    def decode(cls, view: View, values: Mapping[str, bytes]) -> ViewState:
        """Read the map `values` of a Feast item; series that it lacks are empty.

        Raises ContractError when a value is not the agreed array.
        """
        tiles = {series.name: _columns(series, values.get(series.name, b"")) for series in view.series}
        newest_report_us = decode_int64(values.get(view.last_report, b"")) if view.last_report else None
        return cls(view, tiles, decode_int64(values.get(view.last, b"")), newest_report_us)

    @classmethod
    def from_lists(
        cls,
        view: View,
        values: Mapping[str, Iterable[int] | None],
        newest_us: int | None,
        newest_report_us: int | None = None,
    ) -> ViewState:
        """Build a state from decoded arrays, as Feast hands them out."""
        tiles = {series.name: columns_of(series, list(values.get(series.name) or ())) for series in view.series}
        return cls(view, tiles, newest_us, newest_report_us)

    def encode(self) -> dict[str, bytes]:
        """Return the map `values` of a Feast item."""
        values = {name: encode_int64_list(flatten(columns)) for name, columns in self.tiles.items()}
        values[self.view.last] = encode_int64(self.newest_us)
        if self.view.last_report:
            values[self.view.last_report] = encode_int64(self.newest_report_us)
        return values

    def lists(self) -> dict[str, list[int]]:
        """Return the arrays that `encode` stores, undecorated, for a data frame."""
        return {name: flatten(columns) for name, columns in self.tiles.items()}

    def is_known_at(self, occurred_us: int) -> bool:
        """Tell whether the newest event lies less than a year before: an older state counts as never seen."""
        return self.newest_us is not None and occurred_us - self.newest_us <= KEPT_US

    def add_transaction(
        self,
        occurred_us: int,
        amount_minor: int,
        outcome: str = ALLOW,
        other: str | None = None,
        extras: Mapping[str, Any] = NO_EXTRAS,
    ) -> ViewState:
        """Return the state after one payment was tried, and accepted, declined or held.

        `other` is whom the entity met there: the terminal, if any, of a customer's payment, the customer of everybody else's.
        `extras` holds the payment's extra columns: a customer's state marks the values of some.
        """
        events = (ATTEMPT, {ALLOW: ACCEPTANCE, BLOCK: DECLINE}.get(outcome, HOLD))

        def met(series: Series) -> int:
            return place_of(other if series.of is None else extras.get(series.of))

        return reduce(lambda state, event: _after(state, event, occurred_us, amount_minor, occurred_us, met), events, self)

    def add_release(self, occurred_us: int, accepted_us: int, amount_minor: int) -> ViewState:
        """Return the state after a payment that was held is accepted.

        It was tried at `occurred_us`: that is when the entity was seen, also where this is known before the attempt is.
        """
        return _after(self, ACCEPTANCE, accepted_us, amount_minor, occurred_us)

    def add_report(self, observed_us: int) -> ViewState:
        """Return the state after one fraud report; a view that keeps no reports is unchanged."""
        state = _after(self, REPORT, observed_us, 0, observed_us)
        if state is self or self.view.last_report is None:
            return state
        return replace(state, newest_report_us=_newest(self.newest_report_us, observed_us))

    def expire(self, now_us: int) -> ViewState:
        """Return the state without the tiles that no window at or after `now_us` reads."""
        tiles = {
            series.name: _kept(self.tiles[series.name], (now_us - series.retention_us) // series.hop_us)
            for series in self.view.series
        }
        return replace(self, tiles=tiles)

    def total(self, series: str, measure: int, tiles: TileRange) -> int:
        """Return one measure, counted from 1, of a range of tiles: the sum, maximum or union, 0 where there are none."""
        inside = self.tiles[series][measure][self._inside(series, tiles)]
        return MANY[self.view.combination(series, measure)](inside)

    def marked(self, series: str, tiles: TileRange) -> int:
        """Return how many places any of a range of tiles has marked, in all the words of a series."""
        return sum(word.bit_count() for word in self._words(series, tiles))

    def is_marked(self, series: str, tiles: TileRange, place: int) -> bool:
        """Tell whether any of a range of tiles has marked a place."""
        return any(mark(number, place) & word for number, word in enumerate(self._words(series, tiles)))

    def _words(self, series: str, tiles: TileRange) -> list[int]:
        inside = self._inside(series, tiles)
        if inside.start == inside.stop:
            return []
        return [reduce(or_, words[inside]) for words in self.tiles[series][1:]]

    def _inside(self, series: str, tiles: TileRange) -> slice:
        indices = self.tiles[series][0]
        return slice(bisect_left(indices, tiles.first), bisect_left(indices, tiles.end))


def columns_of(series: Series, flat: list[int]) -> Columns:
    """Return the columns of a flat array [index, measure, ...]. Raises ContractError when it is cut off."""
    width = len(series.measures) + 1
    if len(flat) % width:
        raise ContractError(f"{series.name} holds {len(flat)} numbers, not groups of {width}")
    return tuple(tuple(flat[column::width]) for column in range(width))


def flatten(columns: Columns) -> list[int]:
    """Return the flat array of columns."""
    return [number for tile in zip(*columns, strict=True) for number in tile]


def _columns(series: Series, content: bytes) -> Columns:
    return columns_of(series, decode_int64_list(content))


def _no_tiles(series: Series) -> Columns:
    return ((),) * (len(series.measures) + 1)


def _newest(one: int | None, other: int | None) -> int | None:
    return max((instant for instant in (one, other) if instant is not None), default=None)


def _pairs(series: Series) -> list[Callable[[int, int], int]]:
    return [PAIR[combination] for combination in series.combine]


def _added(pairs: Iterable[Callable[[int, int], int]], columns: Columns, index: int, addend: tuple[int, ...]) -> Columns:
    indices = columns[0]
    at = bisect_left(indices, index)
    after = at
    if at < len(indices) and indices[at] == index:
        after += 1
        known = zip(pairs, columns[1:], addend, strict=True)
        addend = tuple(pair(column[at], number) for pair, column, number in known)
    tile = (index, *addend)
    return tuple((*column[:at], number, *column[after:]) for column, number in zip(columns, tile, strict=True))


def _kept(columns: Columns, first: int) -> Columns:
    at = bisect_left(columns[0], first)
    return tuple(column[at:] for column in columns) if at else columns


def _nobody(_: Series) -> int:
    return NO_PLACE


def _after(  # noqa: PLR0913, PLR0917
    state: ViewState, event: str, at_us: int, amount_minor: int, seen_us: int, met: Callable[[Series], int] = _nobody
) -> ViewState:
    """Return the state after an event of one kind; `seen_us` is when it shows that the entity was there.

    `met` returns the place that the event marks in a series; without one, the tiles of those whom it met stay as they are.
    """
    touched = [series for series in state.view.series if MEASURES[series.measures[0]].event == event]
    if not touched:
        return state
    tiles = dict(state.tiles)
    for series in touched:
        measures = [MEASURES[measure] for measure in series.measures]
        given = met(series) if measures[0].is_of_other else amount_minor
        addend = tuple(measure.of(given) for measure in measures)
        if any(addend):
            tiles[series.name] = _added(_pairs(series), tiles[series.name], at_us // series.hop_us, addend)
    return replace(state, tiles=tiles, newest_us=_newest(state.newest_us, seen_us))
