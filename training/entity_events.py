"""Everything that happened to one kind of entity: its transactions, and the fraud reports about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.measures import SQUARE_CAP_MINOR
from training.logarithm import log2_fixed
from training.timeline import Timeline, order_by_entity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from training.history import History

    Ints = NDArray[np.int64]

NEVER_US = int(np.iinfo(np.int64).min)


# What each transaction contributes, as `greenfraud.features.measures` says for one.
SUMMED: Mapping[str, Callable[[Ints], Ints]] = {
    "amount_minor": lambda amounts: amounts,
    "excess_minor": lambda amounts: amounts - np.minimum(amounts, SQUARE_CAP_MINOR),
    "square": lambda amounts: np.minimum(amounts, SQUARE_CAP_MINOR) ** 2,
    "log_amount": log2_fixed,
}


class EntityEvents:
    """Transactions and reports by entity; `code` is the entity of each row of the history, -1 for none."""

    def __init__(self, history: History, code: Ints, *, keeps_reports: bool) -> None:
        """Sort the history by entity; where reports are no events of the view, leave them out."""
        self.code, self.occurred_us = code, history.occurred_us
        order = order_by_entity(code)
        self.transactions = Timeline(code[order], history.occurred_us[order])
        self.position = np.empty(len(code), np.int64)  # of each row among the sorted transactions
        self.position[order] = np.arange(len(code))
        self.amount_minor = history.amount_minor[order]
        self._sums: dict[str, Ints] = {}
        rows, observed_us = history.reports()
        is_kept = (code[rows] >= 0) & keeps_reports
        self._sort_reports(code[rows[is_kept]], observed_us[is_kept])

    def sum_before(self, measure: str) -> Ints:
        """Return per position the sum of a measure over all transactions before; int64 that wraps: use differences."""
        if measure not in self._sums:
            sums = np.zeros(len(self.amount_minor) + 1, np.int64)
            np.cumsum(SUMMED[measure](self.amount_minor), out=sums[1:])
            self._sums[measure] = sums
        return self._sums[measure]

    def _sort_reports(self, entity: Ints, observed_us: Ints) -> None:
        order = np.lexsort((observed_us, entity))
        self.reports = Timeline(entity[order], observed_us[order])
        # A report is seen by the rows after its microsecond: among equals, transactions come first.
        first_row = np.searchsorted(self.occurred_us, self.reports.time_us, side="right")
        self._report_key = self.reports.entity * (len(self.code) + 1) + first_row

    def reports_before(self, rows: Ints) -> Ints:
        """Return per row the position after the last report that it sees."""
        return np.searchsorted(self._report_key, self.code[rows] * (len(self.code) + 1) + rows, side="right")
