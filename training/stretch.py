"""Some rows of a history, and the windows that end at them: what `greenfraud.features.scene` is for one transaction."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.manifest import KEPT_US
from greenfraud.instants import HOUR_US
from training.entity_events import NEVER_US
from training.logarithm import log2_fixed
from training.range_maximum import range_maxima

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from training.entity_events import EntityEvents
    from training.timeline import Timeline

    Ints = NDArray[np.int64]
    Params = Mapping[str, Any]


class Stretch:
    """Rows sorted by one kind of entity and by time, few enough for what they need to stay in the processor's cache."""

    def __init__(self, events: EntityEvents, rows: Ints) -> None:
        """Cut out the events of the rows' entities."""
        self.events, self.rows = events, rows
        self.code, self.position = events.code[rows], events.position[rows]
        self.occurred_us = events.occurred_us[rows]
        self.amount_minor = events.amount_minor[self.position]
        first, last = int(self.code[0]), int(self.code[-1])
        self._transactions = events.transactions.of_entities(first, last)
        self._reports = events.reports.of_entities(first, last)
        self._found: dict[tuple[Any, ...], Ints] = {}  # several features read the same window

    def recent(self, params: Params, measure: str) -> Ints:
        """Return a measure of the transactions in the window before each row."""
        return self._find((measure, params["window_us"]), lambda: self._recent(params, measure))

    def lagged_count(self, params: Params) -> Ints:
        """Count transactions from floor_to_hop(t - w) - lag up to ceil_to_hour(t - lag)."""
        lag_us, window_us = params["lag_us"], params["window_us"]
        end = self._find(("head", lag_us), lambda: self._first_at(self._transactions, self._hour_us(lag_us), HOUR_US))
        start = self._find(("tail", lag_us, window_us), lambda: self._start(self._transactions, params, lag_us))
        return end - start

    def reports(self, params: Params) -> Ints:
        """Count the reports observed in the window before each row."""
        start = self._find(("reported", params["window_us"]), lambda: self._start(self._reports, params))
        return self._reports_end - start

    @cached_property
    def log_amount(self) -> Ints:
        """The binary logarithm of each amount, in units of 2^-16."""
        return log2_fixed(self.amount_minor)

    @cached_property
    def is_known(self) -> NDArray[np.bool_]:
        """Tell whether the entity of each row had any event within the time that entities are kept."""
        known: NDArray[np.bool_] = (self.newest_us >= self.occurred_us - KEPT_US) & (self.code >= 0)
        return known

    @cached_property
    def newest_us(self) -> Ints:
        """The time of the entity's newest event before each row, `NEVER_US` for none."""
        before = self.position - 1
        is_first = (before < 0) | (self.events.transactions.entity[before] != self.code)
        previous_us = np.where(is_first, NEVER_US, self.events.transactions.time_us[before])
        return np.maximum(previous_us, self.newest_report_us)

    @cached_property
    def newest_report_us(self) -> Ints:
        """The time of the entity's newest report before each row, `NEVER_US` for none."""
        if not len(self._reports.entity):
            return np.full(len(self.rows), NEVER_US)
        reports, before = self.events.reports, self._reports_end - 1
        is_first = (before < 0) | (reports.entity[before] != self.code)
        return np.where(is_first, NEVER_US, reports.time_us[before])

    @cached_property
    def _reports_end(self) -> Ints:
        if not len(self._reports.entity):
            return np.full(len(self.rows), self._reports.offset)
        return self.events.reports_before(self.rows)

    def _recent(self, params: Params, measure: str) -> Ints:
        start = self._find(("recent", params["window_us"]), lambda: self._start(self._transactions, params))
        if measure == "count":
            return self.position - start
        if measure == "largest":
            offset = self._transactions.offset
            amounts = self.events.amount_minor[offset : offset + len(self._transactions.entity)]
            return range_maxima(amounts, start - offset, self.position - offset)
        before = self.events.sum_before(measure)
        return np.subtract(before[self.position], before[start])

    def _start(self, timeline: Timeline, params: Params, lag_us: int = 0) -> Ints:
        """Return the position of the first event at or after floor_to_hop(t - w) - lag."""
        hop_us = params["hop_us"]
        start_us = (self.occurred_us - params["window_us"]) // hop_us * hop_us - lag_us
        return self._first_at(timeline, start_us, hop_us)

    def _first_at(self, timeline: Timeline, border_us: Ints, hop_us: int) -> Ints:
        return timeline.first_at(self.code, border_us, hop_us)

    def _hour_us(self, lag_us: int) -> Ints:
        """Return t - lag, rounded up to the hour."""
        hours: Ints = -((lag_us - self.occurred_us) // HOUR_US)
        return np.multiply(hours, HOUR_US)

    def _find(self, key: tuple[Any, ...], search: Callable[[], Ints]) -> Ints:
        if key not in self._found:
            self._found[key] = search()
        return self._found[key]
