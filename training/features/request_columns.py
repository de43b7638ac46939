"""Features of the request alone for many rows: the formulas of `greenfraud.features.request_formulas`, vectorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.features.request_formulas import EPOCH_WEEKDAY, SATURDAY
from greenfraud.instants import DAY_US, HOUR_US

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from training.features.history import History

    Floats = NDArray[np.float64]
    Params = Mapping[str, Any]


def amount(history: History, rows: slice, _: Params) -> Floats:
    """Return the amounts in units of the currency."""
    return history.amount_minor[rows] / 100.0


def weekend(history: History, rows: slice, _: Params) -> Floats:
    """Return 1 on Saturday and Sunday, in UTC."""
    return ((history.occurred_us[rows] // DAY_US + EPOCH_WEEKDAY) % 7 >= SATURDAY).astype(np.float64)


def night(history: History, rows: slice, params: Params) -> Floats:
    """Return 1 from midnight up to `until_hour`, in UTC."""
    is_night: NDArray[np.bool_] = history.occurred_us[rows] % DAY_US < params["until_hour"] * HOUR_US
    return is_night.astype(np.float64)


def number(history: History, rows: slice, params: Params) -> Floats:
    """Return an extra column that holds numbers; a history without it misses it everywhere."""
    column = _extra(history, rows, params, pa.float64())
    values: Floats = column.to_numpy(zero_copy_only=False)
    return values.copy()


def category(history: History, rows: slice, params: Params) -> Floats:
    """Return 1 where an extra column, a text, is one of the declared values; NaN where it is missing."""
    column = _extra(history, rows, params, pa.string())
    is_one = pc.is_in(column, value_set=pa.array(params["values"], pa.string()))
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), is_one.to_numpy(zero_copy_only=False), np.nan)


def _extra(history: History, rows: slice, params: Params, kind: pa.DataType) -> pa.Array:
    length = rows.stop - rows.start
    if params["column"] not in history.table.column_names:
        return pa.nulls(length, kind)
    column = history.table[params["column"]].slice(rows.start, length)
    return column.cast(kind, safe=False).combine_chunks()


REQUEST_COLUMNS: Mapping[str, Callable[[History, slice, Params], Floats]] = {
    "amount": amount,
    "weekend": weekend,
    "night": night,
    "number": number,
    "category": category,
}
