"""Which rows of a column of amounts have a minus: refunds in a list of payments, payments in the statement of an account."""

from __future__ import annotations

import numpy as np
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
    elif _is_number(values.type):
        found = pc.match_substring_regex(pc.cast(values, pa.string()), r"^-.*[1-9]")
    else:
        return np.zeros(len(values), bool)
    negative: Mask = pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return negative


def is_positive(column: Column) -> Mask:
    """Tell which rows are above zero: amounts with a digit other than 0, and no minus."""
    values = plain(column.values)
    if not (is_text(values.type) or _is_number(values.type)):
        return np.zeros(len(values), bool)
    _, _, digits = signed_parts(pc.utf8_trim_whitespace(pc.cast(values, pa.string())))
    found = pc.and_(pc.match_substring_regex(digits, r"^[.,]?\d"), pc.match_substring_regex(digits, "[1-9]"))
    has_digits: Mask = pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return has_digits & ~is_negative(column)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
