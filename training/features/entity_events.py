"""Everything that happened to one kind of entity: its transactions, and the fraud reports about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.measures import SQUARE_CAP_MINOR
from training.features.logarithm import log2_fixed
from training.features.timeline import order_by_entity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from training.features.history import History

    Ints = NDArray[np.int64]


NEVER_US = int(np.iinfo(np.int64).min)
# What each transaction contributes, as `greenfraud.features.measures` defines it for one.
SUMMED: Mapping[str, Callable[[Ints], Ints]] = {
    "amount_minor": lambda amounts: amounts,
    "excess_minor": lambda amounts: amounts - np.minimum(amounts, SQUARE_CAP_MINOR),
    "square": lambda amounts: np.minimum(amounts, SQUARE_CAP_MINOR) ** 2,
    "log_amount": log2_fixed,
}


class EntityEvents:
    """Where the transactions and reports of each entity are found; `code` is the entity of each row, -1 for none."""

    def __init__(self, history: History, code: Ints, *, keeps_reports: bool) -> None:
        """Sort the history by entity; where reports are no events of the view, leave them out."""
        self.occurred_us, self.amount_minor = history.occurred_us, history.amount_minor
        self._order = order_by_entity(code)
        self._first = np.concatenate([[0], np.cumsum(np.bincount(code + 1))])  # of each entity in the order, -1 before all
        rows, observed_us = history.reports()
        is_kept = (code[rows] >= 0) & keeps_reports
        self._sort_reports(code[rows[is_kept]], observed_us[is_kept])

    def blocks(self, rows: slice, transactions: int) -> Iterator[tuple[range, int]]:
        """Yield ranges of entities with about so many transactions together; entities are not divided.

        With each comes where its first row is found in `order_of(rows)`.
        """
        is_asked = self._is_asked(rows)
        start, entities, first = 0, len(self._first) - 1, 0
        while start < entities:
            end = int(np.searchsorted(self._first, self._first[start] + transactions, side="right")) - 1
            end = max(end, start + 1)
            yield range(start - 1, end - 1), first
            first += int(np.count_nonzero(is_asked[self._first[start] : self._first[end]]))
            start = end

    def order_of(self, rows: slice) -> Ints:
        """Return some rows of the history by entity and in time order."""
        return self._order[self._is_asked(rows)]

    def rows(self, entities: range) -> Ints:
        """Return the rows of the history about a range of entities, by entity and in time order."""
        return self._order[self._first[entities.start + 1] : self._first[entities.stop + 1]]

    def code_of(self, entities: range) -> Ints:
        """Return the entity of each of their `rows`."""
        return np.repeat(np.arange(entities.start, entities.stop), np.diff(self._first[entities.start + 1 : entities.stop + 2]))

    def reports(self, entities: range) -> tuple[Ints, Ints, Ints]:
        """Return entity, time and `key` of the reports about a range of entities; a row sees a report from that key on."""
        start, end = np.searchsorted(self._reported, [entities.start, entities.stop])
        return self._reported[start:end], self._reported_us[start:end], self._report_key[start:end]

    def key(self, entity: Ints, row: Ints) -> Ints:
        """Return numbers that rise with entity and row; a report is seen by rows of its entity with at least its own."""
        return entity * (len(self.occurred_us) + 1) + row

    def _is_asked(self, rows: slice) -> NDArray[np.bool_]:
        is_asked: NDArray[np.bool_] = (self._order >= rows.start) & (self._order < rows.stop)
        return is_asked

    def _sort_reports(self, entity: Ints, observed_us: Ints) -> None:
        order = np.lexsort((observed_us, entity))
        self._reported, self._reported_us = entity[order], observed_us[order]
        # A report is seen by the rows after its microsecond: among equals, transactions come first.
        first_row = np.searchsorted(self.occurred_us, self._reported_us, side="right")
        self._report_key = self.key(self._reported, first_row)
