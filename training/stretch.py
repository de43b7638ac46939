"""Consecutive rows of a history, and the windows that end at them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from greenfraud.instants import HOUR_US

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from training.entity_events import EntityEvents
    from training.history import History

    Ints = NDArray[np.int64]
    Params = Mapping[str, Any]


class Stretch:
    """Rows sorted by one kind of entity, so that the searches for their windows walk through memory in order."""

    def __init__(self, history: History, events: EntityEvents, rows: Ints) -> None:
        """Sort the rows by entity and time."""
        self.events = events
        self.rows = rows[np.argsort(events.position[rows])]
        self.code, self.position = events.code[self.rows], events.position[self.rows]
        self.occurred_us = history.occurred_us[self.rows]
        self.amount_minor = history.amount_minor[self.rows]
        self._found: dict[tuple[Any, ...], Ints] = {}  # several features read the same window

    def recent_count(self, params: Params) -> Ints:
        """Count the entity's transactions in the window before each row."""
        return self.position - self._recent_start(params)

    def recent_amount_minor(self, params: Params) -> Ints:
        """Sum the entity's minor units in the window before each row."""
        before: Ints = self.events.amount_before
        return np.subtract(before[self.position], before[self._recent_start(params)])

    def lagged_count(self, params: Params) -> Ints:
        """Count transactions from floor_to_hop(t - w) - lag up to ceil_to_hour(t - lag)."""
        lag_us, hop_us = params["lag_us"], params["hop_us"]
        border_us = -((lag_us - self.occurred_us) // HOUR_US) * HOUR_US
        timeline = self.events.transactions
        end = self._find(("head", lag_us), lambda: timeline.first_at(self.code, border_us, HOUR_US))
        start_us = self._start_us(params) - lag_us
        start = self._find(("tail", lag_us, params["window_us"]), lambda: timeline.first_at(self.code, start_us, hop_us))
        return end - start

    def report_count(self, params: Params) -> Ints:
        """Count the reports observed in the window before each row."""
        start_us, hop_us = self._start_us(params), params["hop_us"]
        reports = self.events.reports
        start = self._find(("reports", params["window_us"]), lambda: reports.first_at(self.code, start_us, hop_us))
        return self._reports_end - start

    @cached_property
    def seen_before(self) -> NDArray[np.bool_]:
        """Tell whether the entity of each row had any earlier transaction."""
        return self.events.seen_before(self.rows)

    @cached_property
    def previous_us(self) -> Ints:
        """Return the time of the transaction before each row; meaningless unless `seen_before`."""
        return self.events.transactions.time_us[self.position - 1]

    @cached_property
    def _reports_end(self) -> Ints:
        return self.events.reports_before(self.rows)

    def _recent_start(self, params: Params) -> Ints:
        start_us, hop_us = self._start_us(params), params["hop_us"]
        timeline = self.events.transactions
        return self._find(("recent", params["window_us"]), lambda: timeline.first_at(self.code, start_us, hop_us))

    def _start_us(self, params: Params) -> Ints:
        tiles: Ints = (self.occurred_us - params["window_us"]) // params["hop_us"]
        return np.multiply(tiles, params["hop_us"])

    def _find(self, key: tuple[Any, ...], search: Callable[[], Ints]) -> Ints:
        if key not in self._found:
            self._found[key] = search()
        return self._found[key]
