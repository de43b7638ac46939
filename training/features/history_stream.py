"""A window on the lake's history that slides forward: memory stays flat however long the history grows.

Features look back a bounded time, the buffer. From older rows they need only the time of an entity's newest event and newest
report, so the rows that hold these are kept. Features computed from this smaller history have the bits that the whole would give.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.features.manifest import KEPT_SECONDS
from greenfraud.instants import DAY_US, day_of, start_of_day_us
from training.features.day_files import DayFiles
from training.features.expired_events import expired_rows_to_keep
from training.features.history import (
    LABELS,
    History,
    coded,
    history_of,
    releases_schema,
    transactions_schema,
)
from training.features.row_codes import rows_of_labels
from training.features.row_order import in_order

if TYPE_CHECKING:
    from training.features.day_files import Lake

STEP = timedelta(days=63)  # read, and computed, at a time: the buffer before it is sorted anew each time
KEPT = timedelta(seconds=KEPT_SECONDS) + timedelta(days=1)
# A label names its transaction by id alone; the stored decision, which supplies the rest online, lives so long.
LOOKUP = timedelta(days=400)
DAY = timedelta(days=1)


class HistoryStream:
    """Reads every day once, in order, and drops the rows that no feature of the days ahead depends on."""

    def __init__(self, lake: Lake, buffer_us: int) -> None:
        """List the lake's files; `buffer_us` is how far windows reach back."""
        schema = transactions_schema()
        self._transactions = DayFiles(lake, "transactions", schema)
        self._labels = DayFiles(lake, "labels", LABELS)
        self._releases = DayFiles(lake, "releases", releases_schema())
        self._buffer = timedelta(days=-(-buffer_us // DAY_US))
        self._rows, self._known = coded(pa.Table.from_batches([], schema)), pa.Table.from_batches([], LABELS)
        self._released = releases_schema().empty_table()
        self._next_day = self._next_told_day = self._transactions.first_day or date.min
        self._expired_until = date.min
        self._sought: set[str] = set()  # reported ids that no day had

    def advance(self, start_day: date, end_day: date, told_until_us: int) -> History:
        """Return a history from which the features of [start_day, end_day) can be computed; days never go back.

        It knows the labels and releases of every day up to that of `told_until_us`.
        """
        horizon = start_day - self._buffer
        self._next_day = max(self._next_day, horizon - KEPT)
        self._next_told_day = max(self._next_told_day, horizon - KEPT)
        while self._next_day < end_day:
            self._read(min(self._next_day + STEP, end_day))
            self._expire(min(horizon, self._next_day))
        if self._expired_until < horizon:
            self._expire(horizon)
        self._read_told(day_of(told_until_us) + DAY)
        return history_of(self._rows, self._known, self._released)

    def _read(self, end_day: date) -> None:
        read = self._transactions.read(self._next_day, end_day, in_order)
        self._rows = pa.concat_tables([self._rows, *([coded(pa.concat_tables(read))] if read else [])])
        self._next_day = end_day
        self._read_told(end_day)
        self._look_up_reported()

    def _read_told(self, end_day: date) -> None:
        """Read what is told of payments later than they were tried: labels and releases."""
        self._known = pa.concat_tables([self._known, *self._labels.read(self._next_told_day, end_day)])
        self._released = pa.concat_tables([self._released, *self._releases.read(self._next_told_day, end_day)])
        self._next_told_day = max(self._next_told_day, end_day)

    def _expire(self, horizon: date) -> None:
        self._expired_until, horizon_us = horizon, start_of_day_us(horizon)
        old, recent = _split(self._rows, horizon_us)
        kept = expired_rows_to_keep(old, self._known, horizon_us, start_of_day_us(horizon - KEPT))
        # What is kept of many days becomes one piece: few rows of each would hold a dictionary per day.
        self._rows = pa.concat_tables([kept.unify_dictionaries().combine_chunks(), recent])
        self._released = self._released.filter(pc.greater_equal(self._released["accepted_us"], horizon_us)).combine_chunks()
        is_recent = pc.greater_equal(self._known["observed_us"], horizon_us)
        is_needed = pc.is_in(self._known["transaction_id"], value_set=kept["transaction_id"])
        self._known = self._known.filter(pc.or_(is_recent, is_needed)).combine_chunks()

    def _look_up_reported(self) -> None:
        """Fetch transactions that are reported late from days whose rows have expired, with their earlier labels."""
        reports = self._known.filter(self._known["is_fraud"])
        unknown = reports.filter(pa.array(rows_of_labels(self._rows, reports) < 0))
        missing = set(unknown["transaction_id"].to_pylist()) - self._sought
        day = oldest = self._next_day
        if missing:
            oldest = max(self._transactions.first_day or day, day_of(pc.min(unknown["observed_us"]).as_py()) - LOOKUP)
        while missing and day > oldest:
            day -= DAY
            missing -= self._fetch(day, missing)
        self._sought |= missing

    def _fetch(self, day: date, ids: set[str]) -> set[str]:
        """Add what a day and the labels since then hold of some ids; returns those that it holds."""
        wanted = pa.array(sorted(ids), pa.string())
        found = self._transactions.read(day, day + DAY, lambda table: _about(table, wanted))
        if not sum(table.num_rows for table in found):
            return set()
        older = coded(pa.concat_tables(found))
        found_ids = older["transaction_id"].combine_chunks()
        old, recent = _split(self._rows, start_of_day_us(day + DAY))
        self._rows = pa.concat_tables([in_order(pa.concat_tables([old, older]).unify_dictionaries()), recent])
        earlier = self._labels.read(day, self._next_told_day, lambda table: _about(table, found_ids))
        others = self._known.filter(pc.invert(pc.is_in(self._known["transaction_id"], value_set=found_ids)))
        self._known = pa.concat_tables([others, *earlier])
        return set(found_ids.to_pylist())


def _split(rows: pa.Table, at_us: int) -> tuple[pa.Table, pa.Table]:
    first = int(np.searchsorted(rows["occurred_us"].to_numpy(), at_us))
    return rows.slice(0, first), rows.slice(first)


def _about(table: pa.Table, ids: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["transaction_id"], value_set=ids))
