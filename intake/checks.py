"""From a file's column to ours, a whole column at a time; what cannot be used is named with its row and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.extras import MAXIMUM_TEXT_LENGTH
from greenfraud.records import CONTROL_CHARACTER, MAXIMUM_AMOUNT_MINOR, MAXIMUM_ID_LENGTH
from intake.amount_marks import AS_NUMBERS, rounded, without_marks
from intake.description import Money
from intake.exponents import CUT, expanded, refuse_cut
from intake.reading import Column, is_text, plain
from intake.refusals import FILL_IN, RowsError, and_more, either, refuse, refuse_absent

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
MISSING = "no amount", "Every transaction needs one; 0 is valid"
UNIQUE = "A transaction id must be unique: drop the repetition"
TOO_LARGE = "above the largest amount, 10^12 minor units", "Check the unit"
NOTHING = ("nan", "null", "none", "n/a", "na", "-", "#n/a", "nil")  # as programs write it
REFUNDS = "Amounts are 0 or more; leave refunds out: --negative refunds, or --refund type=REFUND where a column tells them"
MOST_WHOLE_DIGITS, MOST_DIGITS = 13, 4  # before the point in a currency without decimals; after it in any
Digits: TypeAlias = "int | np.ndarray[Any, np.dtype[np.int64]]"
MOST_EXACT = 2.0**63  # beyond it, no whole number has 64 bits
WRITE_NUMBERS = (
    "Write decimal numbers, for example 12.5; nothing where there is none. Other marks are said by decimal and thousands "
    "of the column's line under [features]"
)


def identifiers(column: Column, *, required: bool = True, mend: str = FILL_IN) -> pa.Array:
    """Ids as strings of 1 to 256 characters, none a control character; whole numbers become their digits.

    Where not `required`, an absent id is null; else it is refused, and `mend` says what to do about it.
    """
    values = _whole_numbers(column)
    if not (pa.types.is_integer(values.type) or is_text(values.type) or pa.types.is_null(values.type)):
        raise column.fault(0, f"holds {values.type}, which is no id", "Write ids as text or whole numbers")
    text = pc.cast(plain(values), pa.string())
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if required:
        refuse_absent(column, text.is_null(), mend)
    refuse(
        column, pc.greater(pc.utf8_length(text), MAXIMUM_ID_LENGTH), f"longer than {MAXIMUM_ID_LENGTH} characters", "Shorten the id"
    )
    is_broken = pc.match_substring_regex(text, CONTROL_CHARACTER)
    refuse(column, is_broken, "an id with a control character or a line separator", "Take it out: the API refuses it too")
    return text


def unique_identifiers(column: Column) -> pa.Array:
    """Ids of which no two are equal."""
    text = identifiers(column)
    codes = pc.dictionary_encode(text).indices.to_numpy()
    _, first = np.unique(codes, return_index=True)
    if len(first) < len(codes):
        is_repeated = np.ones(len(codes), dtype=bool)
        is_repeated[first] = False
        row = int(np.flatnonzero(is_repeated)[0])
        earlier = column.where(int(np.flatnonzero(codes == codes[row])[0]))
        more = and_more(int(is_repeated.sum()))
        is_cut = pc.match_substring_regex(text, CUT).to_numpy(zero_copy_only=False)[row]
        mend = "A spreadsheet cut ids, and different ones became the same: export them as text" if is_cut else UNIQUE
        message = column.told(row, f"`{text[row]}` was already used in {earlier}{more}", mend)
        raise RowsError(column, is_repeated, "an id that was already used", message)
    return text


def amounts_minor(column: Column, *, digits: Digits, money: Money = AS_NUMBERS) -> pa.Array:
    """Decimal amounts in currencies with so many `digits` after the point, one number or one per row, as whole minor units.

    Text, whole numbers and decimals are read in whole numbers; a column of binary fractions is rounded to the nearest unit.
    `money` says how text is written, and whether finer amounts are rounded, half way to the even unit.
    """
    values = plain(column.values)
    if money.negative == "payments" and _is_number(values.type):
        values = pc.abs(values)
    if pa.types.is_floating(values.type):
        if not money.round:
            return _within_limits(column, _rounded_amounts(column, values, digits))
        text = _shortest_digits(column, values)
    elif _is_number(values.type):
        text = pc.cast(values, pa.string())
    elif is_text(values.type):
        text = expanded(pc.utf8_trim_whitespace(values))
        refuse_cut(column, text)
        text = without_marks(column, text, money)
        if money.negative == "payments":
            text = pc.replace_substring_regex(text, "^-", "")
    else:
        raise column.fault(0, f"holds {values.type}, which is no amount", "Write decimal numbers, for example 12.50")
    if money.round:
        text = rounded(text, digits)
    return _within_limits(column, _parsed_amounts(column, text, digits))


def without_words(column: Column, words: Sequence[str]) -> Column:
    """The column without the values that are one of `words`, whatever blanks are around them: they stand for nothing."""
    values = plain(column.values)
    if not words or not is_text(values.type):
        return column
    is_word = pc.is_in(pc.utf8_trim_whitespace(values), pa.array([word.strip() for word in words], pa.string()))
    return replace(column, values=pc.if_else(is_word, pa.scalar(None, values.type), values))


def known_only(ids: pa.Array, words: Sequence[str] | None) -> pa.Array:
    """Ids without those that are a word for nobody, in whatever case."""
    lowered = pa.array([word.strip().lower() for word in words or ()], pa.string())
    is_word = pc.fill_null(pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(ids)), lowered), fill_value=False)
    return pc.if_else(is_word, pa.scalar(None, pa.string()), ids)


def numbers(column: Column, money: Money = AS_NUMBERS, mend: str = WRITE_NUMBERS) -> pa.Array:
    """An extra column of finite numbers, as doubles, written as amounts are; absent is null. `mend` is told where one is none."""
    values = plain(column.values)
    if is_text(values.type):
        values = pc.utf8_trim_whitespace(values)
        values = without_marks(column, pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values), money)
        is_number = pc.match_substring_regex(values, NUMBER)
        refuse(column, pc.invert(is_number), "no number", mend)
    elif not (_is_number(values.type) or pa.types.is_null(values.type)):
        raise column.fault(0, f"holds {values.type}, which is no number", "Write decimal numbers, for example 12.5")
    found = pc.cast(values, pa.float64(), safe=False)
    found = pc.if_else(pc.is_nan(found), pa.scalar(None, pa.float64()), found)
    refuse(column, pc.invert(pc.is_finite(found)), "an infinite number", "Leave it empty where there is none")
    return found


def texts(column: Column) -> pa.Array:
    """An extra column of categories, as text; whole numbers become their digits, flags `true` and `false`, absent is null."""
    values = plain(column.values)
    kinds = (pa.types.is_integer, pa.types.is_null, pa.types.is_boolean)
    if not (is_text(values.type) or any(is_kind(values.type) for is_kind in kinds)):
        raise column.fault(0, f"holds {values.type}, which is no category", "Write text")
    found = pc.cast(values, pa.string())
    is_long = pc.greater(pc.utf8_length(found), MAXIMUM_TEXT_LENGTH)
    refuse(column, is_long, f"longer than {MAXIMUM_TEXT_LENGTH} characters", "Shorten the text")
    return found


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _whole_numbers(column: Column) -> pa.Array:
    """Floating-point ids, as tools write integers with gaps, back as integers; others unchanged."""
    values = plain(column.values)
    if pa.types.is_decimal(values.type):
        text = pc.replace_substring_regex(pc.cast(values, pa.string()), r"\.0+$", "")
        refuse(column, pc.match_substring(text, "."), "not a whole number", "Write ids as text or whole numbers")
        return text
    if not pa.types.is_floating(values.type):
        return values
    values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    refuse(column, pc.not_equal(pc.floor(values), values), "not a whole number", "Write ids as text or whole numbers")
    refuse(column, pc.greater_equal(pc.abs(values), MOST_EXACT), "too large for a number with gaps", "Write ids as text")
    return pc.cast(values, pa.int64())


def _shortest_digits(column: Column, major: pa.Array) -> pa.Array:
    """Binary fractions as the shortest decimals that mean them, as a person sees them."""
    refuse(column, either(major.is_null(), pc.invert(pc.is_finite(major))), *MISSING)
    return pa.array((format(Decimal(repr(one)), "f") for one in pc.cast(major, pa.float64()).to_pylist()), pa.string())


def _rounded_amounts(column: Column, major: pa.Array, digits: Digits) -> pa.Array:
    is_exact = pa.types.is_float64(major.type)
    major = pc.cast(major, pa.float64(), safe=False)
    refuse(column, either(major.is_null(), pc.invert(pc.is_finite(major))), *MISSING)
    minor = pc.multiply(major, pa.array(np.broadcast_to(10.0 ** np.asarray(digits), len(major))))
    whole = pc.round(minor)
    if is_exact:
        refuse_digits(column, pc.greater(pc.abs(pc.subtract(minor, whole)), 1e-3), digits)
    return whole


def _parsed_amounts(column: Column, text: pa.Array, digits: Digits) -> pa.Array:
    """Read whole numbers before and after the point: no binary fraction is near."""
    is_nothing = pc.is_in(pc.utf8_lower(text), pa.array([*NOTHING, None], pa.string()))
    refuse(column, is_nothing, *MISSING)
    is_number = pc.match_substring_regex(text, r"^[+-]?\d+(\.\d+)?$")
    mend = (
        "Write decimals with a point and no thousands separator, for example 1234.50, "
        "or say how they are written: --decimal ',' --thousands '.'"
    )
    refuse(column, pc.invert(is_number), "not a number", mend)
    refuse(column, pc.match_substring_regex(text, r"^-.*[1-9]"), "a negative amount", REFUNDS)
    whole = pc.utf8_ltrim(pc.replace_substring_regex(text, r"\..*$", ""), "+-0")
    fraction = pc.utf8_rtrim(pc.if_else(pc.match_substring(text, "."), pc.replace_substring_regex(text, r"^.*\.", ""), ""), "0")
    refuse_digits(column, pc.greater(pc.utf8_length(fraction), pa.array(np.broadcast_to(digits, len(text)))), digits)
    refuse(column, pc.greater(pc.utf8_length(whole), MOST_WHOLE_DIGITS), *TOO_LARGE)
    # Both with as many digits as any currency has, then cut to the row's own: what is cut off is zeros.
    long = pc.cast(
        pc.utf8_lpad(pc.binary_join_element_wise(whole, pc.utf8_rpad(fraction, MOST_DIGITS, "0"), ""), 1, "0"), pa.int64()
    )
    return pc.divide(long, pa.array(np.broadcast_to(10 ** (MOST_DIGITS - np.asarray(digits)), len(text))))


def refuse_digits(column: Column, is_long: pa.Array, digits: Digits) -> None:
    """Raise for the first amount that is finer than its currency's smallest unit."""
    long = np.flatnonzero(pc.fill_null(is_long, fill_value=False).to_numpy(zero_copy_only=False))
    if len(long):
        allowed = int(np.broadcast_to(digits, len(is_long))[long[0]])
        refuse(column, is_long, f"more than {allowed} decimals", "Round it to the currency's smallest unit: --round does")


def _within_limits(column: Column, minor: pa.Array) -> pa.Array:
    refuse(column, pc.less(minor, 0), "a negative amount", REFUNDS)
    refuse(column, pc.greater(minor, MAXIMUM_AMOUNT_MINOR), *TOO_LARGE)
    return pc.cast(minor, pa.int64())
