"""Which rows of a column of amounts have a minus: refunds in a list of payments, payments in the statement of an account."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from intake.amount_marks import signed_parts
from intake.reading import Column, Mask, is_text, plain


def is_negative(column: Column) -> Mask:
    """Tell which rows are below zero, however a minus is written; what is no amount is not."""
    values = plain(column.values)
    if is_text(values.type):
        has_minus, _, digits = signed_parts(pc.utf8_trim_whitespace(values))
        found = pc.and_(has_minus, pc.match_substring_regex(digits, "[1-9]"))
    else:
        found = pc.match_substring_regex(pc.cast(values, pa.string()), r"^-.*[1-9]")
    negative: Mask = pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return negative


def is_positive(column: Column) -> Mask:
    """Tell which rows are above zero: amounts with a digit other than 0, and no minus."""
    values = plain(column.values)
    text = values if is_text(values.type) else pc.cast(values, pa.string())
    is_some: Mask = pc.fill_null(pc.match_substring_regex(text, r"^[^A-DF-Za-df-z]*[1-9]"), fill_value=False).to_numpy(
        zero_copy_only=False
    )
    return is_some & ~is_negative(column)
