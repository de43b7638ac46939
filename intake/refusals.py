"""What a check of a column says when it refuses: the first bad row, its value, and how many more there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.reading import Column


def refuse(column: Column, is_bad: pa.Array, what: str, mend: str) -> None:
    """Raise for the first row where `is_bad`, showing its value and how many more there are."""
    bad = np.flatnonzero(pc.fill_null(is_bad, fill_value=False).to_numpy(zero_copy_only=False))
    if len(bad):
        row = int(bad[0])
        raise column.fault(row, f"`{_shown(column.values[row])}` is {what}{and_more(len(bad))}", mend)


def refuse_absent(column: Column, is_absent: pa.Array) -> None:
    """Raise for the first row with nothing in it."""
    absent = np.flatnonzero(pc.fill_null(is_absent, fill_value=True).to_numpy(zero_copy_only=False))
    if len(absent):
        raise column.fault(int(absent[0]), f"nothing is there{and_more(len(absent))}", "Every transaction needs one: fill it in")


def _shown(value: Any) -> str:
    # A line break would cut the message in two, and a terminal obey what it should show.
    try:
        known = str(value.as_py())
    except (OverflowError, ValueError):  # a moment that Python does not have
        known = str(value.value)
    text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in known)
    return text if len(text) <= 40 else f"{text[:37]}..."


def either(left: pa.Array, right: pa.Array) -> pa.Array:
    """Tell where one of two conditions holds; an unknown one does not."""
    return pc.or_(pc.fill_null(left, fill_value=False), pc.fill_null(right, fill_value=False))


def and_more(count: int) -> str:
    """Return how a refusal tells that other rows are bad too, of `count` in all."""
    return f" (and {count - 1:,} more rows)" if count > 1 else ""
