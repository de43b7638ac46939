"""The rows about a few entities, and the windows that end at them: what `greenfraud.features.scene` is for one transaction."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from greenfraud.features.distinct import BITS, NO_PLACE
from greenfraud.features.manifest import KEPT_US
from greenfraud.features.measures import ACCEPTANCE, DECLINE, HOLD, MEASURES, REPORT
from greenfraud.instants import HOUR_US
from training.features.entity_events import MAXIMAL, NEVER_US, SUMMED
from training.features.logarithm import log2_fixed
from training.features.places import marks
from training.features.range_maximum import range_maxima, range_unions
from training.features.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from training.features.entity_events import EntityEvents
    from training.features.event_line import EventLine

    Ints = NDArray[np.int64]
    Params = Mapping[str, Any]

Found = TypeVar("Found")


class Seen(NamedTuple):
    """Events of one kind, how many of them each row knows, and the amounts they are about."""

    name: str
    timeline: Timeline
    end: Ints
    amount_minor: Ints


class EntityBlock:
    """The rows about a few entities, so few that what is computed from them stays in the processor's cache."""

    def __init__(self, events: EntityEvents, entities: range, rows: slice) -> None:
        """Cut out the entities' events; values are computed for those of `rows`, sorted by entity and by time."""
        self._events, self._all_rows = events, events.rows(entities)
        code, occurred_us = events.code_of(entities), np.take(events.occurred_us, self._all_rows)
        self.position = np.flatnonzero((self._all_rows >= rows.start) & (self._all_rows < rows.stop))
        self.rows = np.take(self._all_rows, self.position)
        self.code, self.occurred_us = np.take(code, self.position), np.take(occurred_us, self.position)
        self._tried = Seen(
            "tried", Timeline(code, occurred_us, self.code), self.position, np.take(events.amount_minor, self._all_rows)
        )
        self._entities = entities
        self._found: dict[tuple[Any, ...], Any] = {}  # several features read the same window

    def once(self, key: tuple[Any, ...], compute: Callable[[], Found]) -> Found:
        """Return the array cached under `key`, computed at the first call; callers must not write to it."""
        if key not in self._found:
            self._found[key] = compute()
        found: Found = self._found[key]
        return found

    @cached_property
    def amount_minor(self) -> Ints:
        """The amount of each row."""
        return np.take(self._tried.amount_minor, self.position)

    def recent(self, params: Params, measure: str) -> Ints:
        """Return a measure of the events in the window before each row."""
        return self.once((measure, params["window_us"]), lambda: self._recent(params, measure))

    def lagged(self, params: Params, measure: str) -> Ints:
        """Count events from floor_to_hop(t - w) - lag up to ceil_to_hour(t - lag)."""
        seen, lag_us = self._seen(measure), params["lag_us"]
        end = self.once((seen.name, "head", lag_us), lambda: seen.timeline.first_at(self._hour(lag_us), HOUR_US))
        return end - self._start(seen, params, lag_us)

    def distinct(self, params: Params) -> Ints:
        """Return how many places were marked, by whom the entity met in the window before each row."""
        return self.once(("distinct", params["window_us"]), lambda: self._distinct(params))

    def is_marked(self, params: Params) -> NDArray[np.bool_]:
        """Tell per row whether the window before it has marked the place of its own value of a column; false without one."""
        places = np.take(self._events.met[params["column"]], self.rows)
        unions = self._unions(params, params["column"])
        words = np.take_along_axis(unions, np.maximum(places // BITS, 0)[None, :], axis=0)[0]
        is_marked: NDArray[np.bool_] = (places != NO_PLACE) & (words >> np.maximum(places, 0) % BITS & 1 == 1)
        return is_marked

    def has_place(self, column: str) -> NDArray[np.bool_]:
        """Tell per row whether it has a value of a column whose values are marked."""
        has: NDArray[np.bool_] = np.take(self._events.met[column], self.rows) != NO_PLACE
        return has

    @cached_property
    def log_amount(self) -> Ints:
        """The binary logarithm of each amount, in units of 2^-16."""
        return log2_fixed(self.amount_minor)

    @cached_property
    def is_known(self) -> NDArray[np.bool_]:
        """Return per row whether its entity had any event within the time that entities are kept."""
        known: NDArray[np.bool_] = (self.newest_us >= self.occurred_us - KEPT_US) & (self.code >= 0)
        return known

    @cached_property
    def newest_us(self) -> Ints:
        """The time of the entity's newest attempt or report before each row, `NEVER_US` for none."""
        return np.maximum(self._newest(self._tried), self.newest_report_us)

    @cached_property
    def newest_report_us(self) -> Ints:
        """The time of the entity's newest report before each row, `NEVER_US` for none."""
        return self._newest(self._seen("reports"))

    def _seen(self, measure: str) -> Seen:
        """Return the events that a measure counts or sums."""
        events, event = self._events, MEASURES[measure].event
        lines = {ACCEPTANCE: events.accepted, HOLD: events.held, DECLINE: events.declined, REPORT: events.reports}
        line = lines.get(event)
        return self._tried if line is None else self.once(("line", event), lambda: self._seen_of(event, line))

    def _seen_of(self, event: str, line: EventLine) -> Seen:
        own = line.about(self._entities)
        end = np.searchsorted(own.key, self._events.key(self.code, self.rows), side="right")
        return Seen(event, Timeline(own.entity, own.time_us, self.code), end, own.amount_minor)

    def _newest(self, seen: Seen) -> Ints:
        """Return the time of the last event that each row knows, if it is its entity's."""
        timeline, before = seen.timeline, seen.end - 1
        if not len(timeline.entity):
            return np.full(len(before), NEVER_US)
        is_own = (before >= 0) & (np.take(timeline.entity, before, mode="clip") == self.code)
        return np.where(is_own, np.take(timeline.time_us, before, mode="clip"), NEVER_US)

    def _recent(self, params: Params, measure: str) -> Ints:
        seen = self._seen(measure)
        start = self._start(seen, params)
        if measure in MAXIMAL:
            return range_maxima(MAXIMAL[measure](seen.amount_minor), start, seen.end)
        if measure not in SUMMED:
            return seen.end - start
        before = self.once(("before", measure), lambda: _sum_before(SUMMED[measure](seen.amount_minor)))
        until_now = self.once(("until now", measure), lambda: np.take(before, seen.end))
        return until_now - np.take(before, start)

    def _distinct(self, params: Params) -> Ints:
        marked: Ints = np.bitwise_count(self._unions(params)).sum(axis=0, dtype=np.int64)
        return marked

    def _unions(self, params: Params, of: str | None = None) -> Ints:
        """Return the words that the window before each row has marked, of shape (words, rows)."""
        start, end = self._start(self._tried, params), self._tried.end
        words = self.once(("marks", of), lambda: marks(np.take(self._events.met[of], self._all_rows)))
        return range_unions(words, start, end)

    def _start(self, seen: Seen, params: Params, lag_us: int = 0) -> Ints:
        """Return the position of the first event at or after floor_to_hop(t - w) - lag; lags are multiples of hops."""
        key = seen.name, "tail", lag_us, params["window_us"]
        return self.once(key, lambda: self._first(seen.timeline, params, lag_us))

    def _first(self, timeline: Timeline, params: Params, lag_us: int) -> Ints:
        hop_us = params["hop_us"]
        hops, rest_us = divmod(params["window_us"], hop_us)
        tile = self.once(("tile", hop_us, rest_us), lambda: (self.occurred_us - rest_us) // hop_us)
        return timeline.first_at(tile - (hops + lag_us // hop_us), hop_us)

    def _hour(self, lag_us: int) -> Ints:
        """Return t - lag, rounded up to the hour, in hours."""
        return -((lag_us - self.occurred_us) // HOUR_US)


def _sum_before(measured: Ints) -> Ints:
    """Return per position the sum over all events before; int64 that wraps: use differences."""
    sums = np.zeros(len(measured) + 1, np.int64)
    np.cumsum(measured, out=sums[1:])
    return sums
