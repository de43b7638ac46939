"""The segments that candidates are judged on besides the whole holdout: declared here once, and found by columns of its rows.

A split assigns every row to one segment, by neither its label nor a candidate's scores. A split whose column the features do not
have is left out, and so is a segment without rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from greenfraud.features.manifest import load_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from greenfraud.features.manifest import Feature

    Floats = NDArray[np.floating[Any]]
    Codes = NDArray[np.integer[Any]]

AMOUNT_SHARES = (0.5, 0.9)  # shares of the transactions, not sums of money: the same in every currency
MOST_VALUES = 8  # of one extra column; what more is declared counts as other


@dataclass(frozen=True)
class Segment:
    """Some rows of a holdout: those whose `by` is `value`."""

    by: str
    value: str
    rows: NDArray[np.bool_]

    @property
    def name(self) -> str:
        """What documents call it."""
        return f"{self.by}: {self.value}"


class Split(NamedTuple):
    """One way to divide the rows: `place` returns, from a column's values with NaN for missing, which of `values` each row has."""

    by: str
    column: str
    values: Sequence[str]
    place: Callable[[Floats], Codes]


def amount_band(amount_minor: Floats) -> Codes:
    """Return in which band of the holdout's own amounts each one lies; an amount at a limit lies below it."""
    return np.searchsorted(np.quantile(amount_minor, AMOUNT_SHARES), amount_minor)


def is_positive(values: Floats) -> Codes:
    """Return 1 where a value is above zero."""
    return (values > 0).astype(np.int64)


def is_known(values: Floats) -> Codes:
    """Return 1 where there is a value."""
    return (~np.isnan(values)).astype(np.int64)


SPLITS = (
    Split("amount", "amount_minor", ("lowest 50 %", "next 40 %", "highest 10 %"), amount_band),
    Split("hour", "is_night", ("day", "night"), is_positive),
    Split("customer", "customer_seconds_since_last", ("never seen", "seen before"), is_known),
    Split("terminal", "terminal_reports_30d", ("no report within 30 days", "reported within 30 days"), is_positive),
)


def segments_of(table: pa.Table) -> list[Segment]:
    """Return the segments of a holdout's rows: those of SPLITS, then those of declared extra columns that are categories."""
    return [*_declared_here(table), *_of_categories(table)] if table.num_rows else []


def _declared_here(table: pa.Table) -> Iterator[Segment]:
    for split in SPLITS:
        if split.column in table.column_names:
            yield from _segments(split.by, split.values, split.place(_values(table, split.column)))


def _of_categories(table: pa.Table) -> Iterator[Segment]:
    """Yield per column the rows of each feature that reads it; a row of several belongs to the first declared."""
    readers: dict[str, list[Feature]] = {}
    for feature in load_manifest().features:
        if feature.kind == "category" and feature.name in table.column_names:
            readers.setdefault(feature.params["column"], []).append(feature)
    for column, features in readers.items():
        names = [feature.name for feature in features[:MOST_VALUES]]
        values = np.stack([_values(table, name) for name in names])
        place = np.where((values > 0).any(axis=0), values.argmax(axis=0), len(names))
        place[np.isnan(values[0])] = len(names) + 1
        yield from _segments(column, [*names, "other", "missing"], place)


def _segments(by: str, values: Sequence[str], place: Codes) -> Iterator[Segment]:
    for at, value in enumerate(values):
        rows = place == at
        if rows.any():
            yield Segment(by, value, rows)


def _values(table: pa.Table, column: str) -> Floats:
    return np.asarray(table[column].to_numpy(), np.float64)
