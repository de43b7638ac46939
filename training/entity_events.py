"""Everything that happened to one kind of entity: its transactions, and the fraud reports about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.timeline import Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.history import History

    Ints = NDArray[np.int64]


class EntityEvents:
    """Transactions and reports by entity; `code` is the entity of each row of the history, -1 for none."""

    def __init__(self, history: History, code: Ints) -> None:
        """Sort the history by entity."""
        self.code = code
        self.transactions = Timeline(code, history.occurred_us)
        self.position = np.empty(len(code), np.int64)  # of each row among the sorted transactions
        self.position[self.transactions.order] = np.arange(len(code))
        amounts = history.amount_minor[self.transactions.order]
        self.amount_before = np.concatenate([[0], np.cumsum(amounts)])
        self._sort_reports(history)

    def _sort_reports(self, history: History) -> None:
        rows, observed_us = history.reports()
        is_known = self.code[rows] >= 0
        rows, observed_us = rows[is_known], observed_us[is_known]
        self.reports = Timeline(self.code[rows], observed_us)
        # A report is seen by the rows after its microsecond: among equals, transactions come first.
        first_row = np.searchsorted(history.occurred_us, self.reports.time_us, side="right")
        self._report_key = self.reports.entity * (len(self.code) + 1) + first_row

    def seen_before(self, rows: Ints) -> NDArray[np.bool_]:
        """Tell whether the entity of each row had any earlier transaction."""
        position, code = self.position[rows], self.code[rows]
        is_same: NDArray[np.bool_] = self.transactions.entity[position - 1] == code
        return is_same & (position > 0) & (code >= 0)

    def reports_before(self, rows: Ints) -> Ints:
        """Return per row the position after the last report that it sees."""
        return np.searchsorted(self._report_key, self.code[rows] * (len(self.code) + 1) + rows, side="right")
