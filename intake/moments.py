"""A column of times as microseconds since the epoch; what is no time is named with its row and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.instants import DAY_US, LAST_US
from intake.reading import Column, is_text, plain
from intake.refusals import either, refuse, refuse_absent

TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
AWARE, NAIVE = TIME + r" ?(Z|[+-]\d{2}(:?\d{2})?)$", TIME + "$"
NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
NANOSECONDS_PER_US = NANOSECONDS["us"]
TEN_YEARS_US = 10 * 366 * DAY_US


def moments(column: Column, *, timezone: str | None, required: bool = True) -> pa.Array:
    """Moments as microseconds since the epoch, UTC.

    A time without an offset is refused unless `timezone` says where the clock stood.
    """
    values = plain(column.values)
    if pa.types.is_timestamp(values.type):
        _refuse_far(column, values)
        stamps = values if values.type.tz else _localised(column, values, timezone)
    elif is_text(values.type) or pa.types.is_null(values.type):
        stamps = _parsed(column, pc.utf8_trim_whitespace(pc.cast(values, pa.string())), timezone)
    else:
        raise column.fault(0, f"holds {values.type}, which is no time", "Write RFC 3339, for example 2026-03-01T09:30:00Z")
    if required:
        refuse_absent(column, stamps.is_null())
    occurred = pc.cast(pc.floor_temporal(stamps, unit="microsecond"), pa.timestamp("us", "UTC"), safe=False)
    return _within_reason(column, pc.cast(occurred, pa.int64()))


def not_before(column: Column, observed_us: pa.Array, occurred_us: pa.Array) -> pa.Array:
    """Return `observed_us`. Raises InputError for a report that comes before its transaction."""
    refuse(column, pc.less(observed_us, occurred_us), "reported before it happened", "Check that both columns are of one time zone")
    return observed_us


def _parsed(column: Column, text: pa.Array, timezone: str | None) -> pa.Array:
    """Text as timestamps in UTC."""
    is_naive = pc.match_substring_regex(text, NAIVE)
    known = either(is_naive, pc.match_substring_regex(text, AWARE))
    refuse(column, pc.and_(text.is_valid(), pc.invert(known)), "not a time", "Write RFC 3339, for example 2026-03-01T09:30:00Z")
    if timezone is None:
        refuse(column, is_naive, "a time without an offset", _offset_advice())
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


def _refuse_far(column: Column, stamps: pa.Array) -> None:
    """Raise for what would overflow microseconds, and come out as some other moment."""
    most = min(LAST_US * NANOSECONDS_PER_US // NANOSECONDS[stamps.type.unit], 2**63 - 1)
    counts = pc.cast(stamps, pa.int64())
    is_far = pc.or_(pc.greater(counts, most), pc.less(counts, -most))
    refuse(column, is_far, "no time of the calendar", "Check its unit: seconds, milliseconds or microseconds")


def _within_reason(column: Column, occurred_us: pa.Array) -> pa.Array:
    newest = pc.max(occurred_us).as_py() or 0
    too_old = either(pc.less(occurred_us, 0), pc.less(occurred_us, newest - TEN_YEARS_US))
    refuse(column, too_old, "more than ten years before the newest, or before 1970", "Is this a date that was never filled in?")
    return occurred_us


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
