"""From a file's column to ours, a whole column at a time; what cannot be used is named with its row and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cli.reading import Column
from greenfraud.extras import MAXIMUM_TEXT_LENGTH
from greenfraud.instants import DAY_US
from greenfraud.records import MAXIMUM_AMOUNT_MINOR, MAXIMUM_ID_LENGTH

TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
AWARE, NAIVE = TIME + r" ?(Z|[+-]\d{2}(:?\d{2})?)$", TIME + "$"
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
TRUE, FALSE = ["1", "true", "t", "yes"], ["0", "false", "f", "no"]
TEN_YEARS_US = 10 * 366 * DAY_US


def identifiers(column: Column, *, required: bool = True) -> pa.Array:
    """Ids as strings of 1 to 256 characters; whole numbers become their digits. Where not `required`, an absent id is null."""
    values = _whole_numbers(column)
    if not (pa.types.is_integer(values.type) or _is_text(values.type)):
        raise column.fault(0, f"holds {values.type}, which is no id", "Write ids as text or whole numbers")
    text = pc.cast(_plain(values), pa.string())
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if required:
        _refuse_absent(column, text.is_null())
    _refuse(
        column, pc.greater(pc.utf8_length(text), MAXIMUM_ID_LENGTH), f"longer than {MAXIMUM_ID_LENGTH} characters", "Shorten the id"
    )
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
        more = _and_more(int(is_repeated.sum()))
        raise column.fault(
            row, f"`{text[row]}` was already used in {earlier}{more}", "A transaction id must be unique: drop the repetition"
        )
    return text


def moments(column: Column, *, timezone: str | None, required: bool = True) -> pa.Array:
    """Moments as microseconds since the epoch, UTC.

    A time without an offset is refused unless `timezone` says where the clock stood.
    """
    values = _plain(column.values)
    if pa.types.is_timestamp(values.type):
        stamps = values if values.type.tz else _localised(column, values, timezone)
    elif _is_text(values.type) or pa.types.is_null(values.type):
        stamps = _parsed(column, pc.utf8_trim_whitespace(pc.cast(values, pa.string())), timezone)
    else:
        raise column.fault(0, f"holds {values.type}, which is no time", "Write RFC 3339, for example 2026-03-01T09:30:00Z")
    if required:
        _refuse_absent(column, stamps.is_null())
    occurred = pc.cast(pc.floor_temporal(stamps, unit="microsecond"), pa.timestamp("us", "UTC"), safe=False)
    return _within_reason(column, pc.cast(occurred, pa.int64()))


def amounts_minor(column: Column, *, digits: int) -> pa.Array:
    """Decimal amounts in a currency with `digits` decimals, as whole minor units."""
    values = _plain(column.values)
    if _is_text(values.type):
        values = _parsed_amounts(column, pc.utf8_trim_whitespace(values), digits)
    elif not _is_number(values.type):
        raise column.fault(0, f"holds {values.type}, which is no amount", "Write decimal numbers, for example 12.50")
    is_exact = not (pa.types.is_float16(values.type) or pa.types.is_float32(values.type))
    major = pc.cast(values, pa.float64(), safe=False)
    _refuse(
        column,
        _either(major.is_null(), pc.invert(pc.is_finite(major))),
        "the amount is missing",
        "Every transaction needs one; 0 is valid",
    )
    minor = pc.multiply(major, float(10**digits))
    whole = pc.round(minor)
    if is_exact:
        off = pc.greater(pc.abs(pc.subtract(minor, whole)), 1e-3)
        _refuse(column, off, f"more than {digits} decimals", "Round it to the currency's smallest unit")
    return _within_limits(column, whole)


def minor_amounts(column: Column) -> pa.Array:
    """Amounts that are already whole minor units."""
    return amounts_minor(column, digits=0)


def flags(column: Column) -> pa.Array:
    """Fraud or not: booleans, 0 and 1, or true and false as text; absent means that nobody reported a fraud."""
    values = _plain(column.values)
    if pa.types.is_boolean(values.type):
        return pc.fill_null(values, fill_value=False)
    if _is_number(values.type):
        values = pc.cast(values, pa.float64(), safe=False)
        is_known = pc.is_in(values, pa.array([0.0, 1.0, None]))
        is_fraud = pc.equal(values, 1.0)
    else:
        values = pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(values, pa.string())))
        is_known = pc.is_in(values, pa.array([*TRUE, *FALSE, "", None]))
        is_fraud = pc.is_in(values, pa.array(TRUE))
    _refuse(column, pc.invert(is_known), "neither fraud nor not", "Write 1 or 0, true or false; nothing where nobody reported")
    return pc.fill_null(is_fraud, fill_value=False)


def numbers(column: Column) -> pa.Array:
    """An extra column of finite numbers, as doubles; absent is null."""
    values = _plain(column.values)
    if _is_text(values.type):
        values = pc.utf8_trim_whitespace(values)
        is_number = pc.match_substring_regex(values, NUMBER)
        _refuse(column, pc.invert(is_number), "no number", "Write decimal numbers, for example 12.5; nothing where there is none")
    elif not (_is_number(values.type) or pa.types.is_null(values.type)):
        raise column.fault(0, f"holds {values.type}, which is no number", "Write decimal numbers, for example 12.5")
    found = pc.cast(values, pa.float64(), safe=False)
    found = pc.if_else(pc.is_nan(found), pa.scalar(None, pa.float64()), found)
    _refuse(column, pc.invert(pc.is_finite(found)), "an infinite number", "Leave it empty where there is none")
    return found


def texts(column: Column) -> pa.Array:
    """An extra column of categories, as text; whole numbers become their digits, absent is null."""
    values = _plain(column.values)
    if not (_is_text(values.type) or pa.types.is_integer(values.type) or pa.types.is_null(values.type)):
        raise column.fault(0, f"holds {values.type}, which is no category", "Write text")
    found = pc.cast(values, pa.string())
    is_long = pc.greater(pc.utf8_length(found), MAXIMUM_TEXT_LENGTH)
    _refuse(column, is_long, f"longer than {MAXIMUM_TEXT_LENGTH} characters", "Shorten the text")
    return found


def not_before(column: Column, observed_us: pa.Array, occurred_us: pa.Array) -> pa.Array:
    """`observed_us`, none of which lies before the transaction it reports."""
    _refuse(
        column, pc.less(observed_us, occurred_us), "reported before it happened", "Check that both columns are of one time zone"
    )
    return observed_us


def _plain(values: pa.Array) -> pa.Array:
    """`values` without dictionary encoding, large or view types."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return pc.cast(values, pa.string()) if _is_text(values.type) else values


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _whole_numbers(column: Column) -> pa.Array:
    """Floating-point ids, as tools write integers with gaps, back as integers; others unchanged."""
    values = _plain(column.values)
    if not pa.types.is_floating(values.type):
        return values
    values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    _refuse(column, pc.not_equal(pc.floor(values), values), "not a whole number", "Write ids as text or whole numbers")
    return pc.cast(values, pa.int64())


def _parsed_amounts(column: Column, text: pa.Array, digits: int) -> pa.Array:
    is_number = pc.match_substring_regex(text, r"^[+-]?\d+(\.\d+)?$")
    _refuse(
        column, pc.invert(is_number), "not a number", "Write decimals with a point and no thousands separator, for example 1234.50"
    )
    is_short = pc.match_substring_regex(text, rf"^[^.]*(\.\d{{1,{digits}}}0*)?$" if digits else r"^[^.]*(\.0+)?$")
    _refuse(column, pc.invert(is_short), f"more than {digits} decimals", "Round it to the currency's smallest unit")
    return pc.cast(text, pa.float64())


def _within_limits(column: Column, minor: pa.Array) -> pa.Array:
    _refuse(column, pc.less(minor, 0), "a negative amount", "Amounts are 0 or more; leave refunds out")
    _refuse(column, pc.greater(minor, MAXIMUM_AMOUNT_MINOR), "above the largest amount, 10^12 minor units", "Check the unit")
    return pc.cast(minor, pa.int64())


def _parsed(column: Column, text: pa.Array, timezone: str | None) -> pa.Array:
    """Text as timestamps in UTC."""
    is_naive = pc.match_substring_regex(text, NAIVE)
    known = _either(is_naive, pc.match_substring_regex(text, AWARE))
    _refuse(column, pc.and_(text.is_valid(), pc.invert(known)), "not a time", "Write RFC 3339, for example 2026-03-01T09:30:00Z")
    if timezone is None:
        _refuse(column, is_naive, "a time without an offset", _offset_advice())
    nothing = pa.scalar(None, pa.string())
    aware = _cast_times(column, pc.if_else(is_naive, nothing, text), pa.timestamp("ns", "UTC"))
    if timezone is None:
        return aware
    naive = _cast_times(column, pc.if_else(is_naive, text, nothing), pa.timestamp("ns"))
    return pc.coalesce(aware, _localised(column, naive, timezone).cast(aware.type))


def _cast_times(column: Column, text: pa.Array, kind: pa.DataType) -> pa.Array:
    try:
        return pc.cast(text, kind)
    except pa.ArrowInvalid:
        row = first_failing(len(text), lambda start, stop: pc.cast(text[start:stop], kind))
        raise column.fault(row, f"`{text[row]}` is no time of the calendar", "Check day, month and hour") from None


def _localised(column: Column, values: pa.Array, timezone: str | None) -> pa.Array:
    """Naive timestamps read as times of `timezone`."""
    if timezone is None:
        raise column.fault(0, f"`{values[0]}` is a time without an offset", _offset_advice())
    if timezone.upper() == "UTC":
        return pc.cast(values, pa.timestamp(values.type.unit, "UTC"))
    try:
        return pc.cast(pc.assume_timezone(values, timezone), pa.timestamp(values.type.unit, "UTC"))
    except pa.ArrowInvalid as error:
        advice = "Use a name such as Europe/Stockholm, or write offsets in the file"
        raise column.fault(0, f"--timezone {timezone}: {str(error).splitlines()[0]}", advice) from None


def _offset_advice() -> str:
    return "Write the offset (2026-03-01T09:30:00Z) or say where the clock was: --timezone UTC (with make: TIMEZONE=UTC)"


def _within_reason(column: Column, occurred_us: pa.Array) -> pa.Array:
    newest = pc.max(occurred_us).as_py() or 0
    too_old = _either(pc.less(occurred_us, 0), pc.less(occurred_us, newest - TEN_YEARS_US))
    _refuse(column, too_old, "more than ten years before the newest, or before 1970", "Is this a date that was never filled in?")
    return occurred_us


def _refuse(column: Column, is_bad: pa.Array, what: str, mend: str) -> None:
    """Raise for the first row where `is_bad`, showing its value and how many more there are."""
    bad = np.flatnonzero(pc.fill_null(is_bad, fill_value=False).to_numpy(zero_copy_only=False))
    if len(bad):
        row = int(bad[0])
        raise column.fault(row, f"`{_shown(column.values[row])}` is {what}{_and_more(len(bad))}", mend)


def _refuse_absent(column: Column, is_absent: pa.Array) -> None:
    """Raise for the first row with nothing in it."""
    absent = np.flatnonzero(pc.fill_null(is_absent, fill_value=True).to_numpy(zero_copy_only=False))
    if len(absent):
        raise column.fault(int(absent[0]), f"nothing is there{_and_more(len(absent))}", "Every transaction needs one: fill it in")


def _shown(value: Any) -> str:
    text = str(value.as_py())
    return text if len(text) <= 40 else f"{text[:37]}..."


def _and_more(count: int) -> str:
    return f" (and {count - 1:,} more rows)" if count > 1 else ""


def _either(left: pa.Array, right: pa.Array) -> pa.Array:
    return pc.or_(pc.fill_null(left, fill_value=False), pc.fill_null(right, fill_value=False))


def first_failing(count: int, attempt: Callable[[int, int], Any]) -> int:
    """The first of `count` rows for which `attempt(start, stop)` raises ArrowInvalid, by halving."""
    start, stop = 0, count
    while stop - start > 1:
        middle = (start + stop) // 2
        try:
            attempt(start, middle)
        except pa.ArrowInvalid:
            stop = middle
        else:
            start = middle
    return start
