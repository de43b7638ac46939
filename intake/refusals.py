"""What a check of a column says when it refuses: the first bad row, its value, and how many more there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.errors import InputError
from intake.reading import Column, Mask

FILL_IN = "Every transaction needs one: fill it in"


class RowsError(InputError):
    """Rows that cannot be used, each for the same reason; its message tells the first. Who skips rows, leaves these out."""

    def __init__(self, column: Column, is_bad: Mask, what: str, message: str) -> None:
        super().__init__(message)
        self.column, self.is_bad, self.what = column, is_bad, what


def refuse(column: Column, is_bad: pa.Array, what: str, mend: str) -> None:
    """Raise for the first row where `is_bad`, showing its value and how many more there are."""
    bad = np.flatnonzero(pc.fill_null(is_bad, fill_value=False).to_numpy(zero_copy_only=False))
    if len(bad):
        row = int(bad[0])
        value = f"`{shown(column.values[row])}`" if column.values[row].is_valid else "an empty cell"
        message = column.told(row, f"{value} is {what}{and_more(len(bad))}", mend)
        raise RowsError(column, _mask(is_bad), what, message)


def refuse_absent(column: Column, is_absent: pa.Array, mend: str = FILL_IN) -> None:
    """Raise for the first row with nothing in it."""
    absent = np.flatnonzero(pc.fill_null(is_absent, fill_value=True).to_numpy(zero_copy_only=False))
    if len(absent):
        message = column.told(int(absent[0]), f"nothing is there{and_more(len(absent))}", mend)
        raise RowsError(column, ~_mask(pc.invert(is_absent)), "nothing", message)


def _mask(flags: pa.Array) -> Mask:
    known: Mask = pc.fill_null(flags, fill_value=False).to_numpy(zero_copy_only=False)
    return known


def shown(value: Any) -> str:
    """A value of a file as one short line that no terminal obeys."""
    text = escaped(written(value))
    return text if len(text) <= 40 else f"{text[:37]}..."


def written(value: Any) -> str:
    """A value of a file as text."""
    try:
        return str(value.as_py())
    except (OverflowError, ValueError):  # a moment that Python does not have
        return str(value.value)


def escaped(text: str) -> str:
    """A text on one line: a line break would cut a message in two, and a terminal obey what it should show."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def either(left: pa.Array, right: pa.Array) -> pa.Array:
    """Tell where one of two conditions holds; an unknown one does not."""
    return pc.or_(pc.fill_null(left, fill_value=False), pc.fill_null(right, fill_value=False))


def and_more(count: int) -> str:
    """Return how a refusal tells that other rows are bad too, of `count` in all."""
    return f" (and {count - 1:,} more rows)" if count > 1 else ""
