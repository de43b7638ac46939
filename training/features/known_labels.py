"""What a chunk's file says was known of its rows, and by when; written anew when more is known, or for an earlier moment.

A label may come long after its chunk was mature, be corrected, or land late. Until its horizon a chunk's file is told what the lake
says; whatever changes carries the moment from which on it could be known, so that who learned before can tell what is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.features.day_files import DayFiles
from training.features.history import INVESTIGATED, LABELS, RELEASES
from training.features.row_codes import rows_of_labels

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from training.features.day_files import Lake

JUDGED = "is_judged"  # whether anything is known of a row; where nothing is, it is neither learned from nor judged on
ACCEPTED = "is_accepted"  # at once; silence then says that it was legitimate, unless nobody has investigated it
TOLD = "told_us"  # when what is known of it could be known, null where nobody has said anything
KNOWN = b"known_us"  # of the file's metadata: the moment up to which it knows labels
NEVER = -1
ASKED = (
    "transaction_id",
    "occurred_us",
    "is_fraud",
    JUDGED,
    ACCEPTED,
    INVESTIGATED,
    TOLD,
)  # the columns by which a file is found to say it already


@dataclass(frozen=True)
class Told:
    """Labels and releases of the lake, each ascending by its moment."""

    labels: pa.Table
    releases: pa.Table

    @classmethod
    def read(cls, lake: Lake, first_day: date, end_day: date) -> Told:
        """Read what was told on the days of [first_day, end_day)."""
        labels = DayFiles(lake, "labels", LABELS).read(first_day, end_day)
        releases = DayFiles(lake, "releases", RELEASES).read(first_day, end_day)
        return cls(
            pa.concat_tables([LABELS.empty_table(), *labels]).sort_by("observed_us"),
            pa.concat_tables([RELEASES.empty_table(), *releases]).sort_by("accepted_us"),
        )

    def known(self, table: pa.Table, is_accepted: NDArray[np.bool_], is_investigated: NDArray[np.bool_], known_us: int) -> Known:
        """Return what is known of rows by a moment; the newest label stands."""
        first_us = table["occurred_us"][0].as_py() if table.num_rows else known_us  # rows stand in the order of time
        labels = _between(self.labels, "observed_us", first_us, known_us)
        releases = _between(self.releases, "accepted_us", first_us, known_us)
        is_judged = is_accepted & is_investigated
        known = Known(np.zeros(table.num_rows, bool), is_judged, np.full(table.num_rows, NEVER, np.int64))
        row = rows_of_labels(table, releases)
        of_these = (row >= 0) & ~is_accepted[row] & is_investigated[row]
        known.tell(row[of_these], releases["accepted_us"].to_numpy()[of_these])
        row = rows_of_labels(table, labels)
        known.is_fraud[row[row >= 0]] = labels["is_fraud"].to_numpy()[row >= 0]  # ascending: the newest assignment stays
        known.tell(row[row >= 0], labels["observed_us"].to_numpy()[row >= 0])
        return known


@dataclass(frozen=True)
class Known:
    """Per row: whether it is a fraud, whether anything is known of it, and since when, NEVER where nobody has said anything."""

    is_fraud: NDArray[np.bool_]
    is_judged: NDArray[np.bool_]
    told_us: NDArray[np.int64]

    def tell(self, rows: NDArray[np.int64], at_us: NDArray[np.int64]) -> None:
        """Note that somebody said something of some rows."""
        self.is_judged[rows] = True
        np.maximum.at(self.told_us, rows, at_us)

    def columns(self) -> dict[str, pa.Array]:
        """Return the columns of a chunk's file."""
        told = pa.array(self.told_us, mask=self.told_us == NEVER)
        return {"is_fraud": pa.array(self.is_fraud), JUDGED: pa.array(self.is_judged), TOLD: told}


def with_known(table: pa.Table, known: Known, known_us: int) -> pa.Table:
    """Return a chunk's table with what is known of its rows by a moment."""
    for name, column in known.columns().items():
        place = table.column_names.index(name) if name in table.column_names else None
        table = table.append_column(name, column) if place is None else table.set_column(place, name, column)
    return table.replace_schema_metadata({**(table.schema.metadata or {}), KNOWN: str(known_us).encode()})


def known_until(schema: pa.Schema, unless_told: int) -> int:
    """Return the moment up to which a chunk's file knows labels; older ones do not tell it."""
    return int((schema.metadata or {}).get(KNOWN, unless_told))


def relabelled(table: pa.Table, told: Told, known_us: int, mature_us: int) -> Known | None:
    """Return what was known of a chunk's rows by a moment, None where its table says that already.

    What changes although it should have been known to the table is new since then: its record landed late. `mature_us` is what a
    file of an earlier release knew.
    """
    before_us = known_until(table.schema, mature_us)
    is_each = np.ones(table.num_rows, bool)
    was_judged = _flags(table, JUDGED, is_each)
    known = told.known(table, _flags(table, ACCEPTED, was_judged), _flags(table, INVESTIGATED, is_each), known_us)
    has_changed = (known.is_fraud != table["is_fraud"].to_numpy()) | (known.is_judged != was_judged)
    if not has_changed.any() and before_us == known_us and TOLD in table.column_names:
        return None
    if TOLD in table.column_names:
        stored = pc.fill_null(table[TOLD], NEVER).to_numpy()
        landed_us = np.maximum(known.told_us, before_us + 1) if known_us >= before_us else known.told_us
        known = Known(known.is_fraud, known.is_judged, np.where(has_changed, landed_us, stored))
    return known


def _flags(table: pa.Table, name: str, unless_told: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return table[name].to_numpy() if name in table.column_names else unless_told


def _between(records: pa.Table, column: str, first_us: int, last_us: int) -> pa.Table:
    """Return the records of two moments and between, ascending by a column: no week hashes the labels of years."""
    moments = records[column].to_numpy()
    first, end = np.searchsorted(moments, first_us), np.searchsorted(moments, last_us, side="right")
    return records.slice(int(first), max(0, int(end - first)))
