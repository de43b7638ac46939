"""A column of times as microseconds since the epoch; what is no time is named with its row and how to mend it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.instants import DAY_US, LAST_US, MINUTE_US
from intake.described_values import EPOCHS, STEPS
from intake.description import Description as Described
from intake.description import Times
from intake.reading import Column, Mask, is_text, plain
from intake.refusals import either, refuse, refuse_absent
from intake.time_formats import counted, formatted
from intake.time_marks import plain_times

DAY_WITH_SLASHES = r"^(\d{4})/(\d{2})/(\d{2})"
TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
BLANK_BEFORE_OFFSET = r"(\d) (Z|[+-]\d{2}(?::?\d{2})?)$"  # as Ruby writes it, and shops that are made of it
AWARE, NAIVE = TIME + r" ?(Z|[+-]\d{2}(:?\d{2})?)$", TIME + "$"
NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
NANOSECONDS_PER_US = NANOSECONDS["us"]
TEN_YEARS_US = 10 * 366 * DAY_US
MOST_AHEAD_US = 5 * MINUTE_US  # clocks differ
COUNT_ADVICE = (
    "A number is a time by what it counts: --time-format epoch-s (or epoch-ms, epoch-us, epoch-ns), "
    "or --time-unit hours --start 2024-01-01T00:00:00Z"
)


def moments(column: Column, *, timezone: str | None, required: bool = True, described: Described | None = None) -> pa.Array:
    """Moments as microseconds since the epoch, UTC.

    A time without an offset is refused unless `timezone` says where the clock stood. What `described` says of times is taken as
    said; day before month is never guessed.
    """
    stamps = _stamps(column, timezone, described)
    if required:
        refuse_absent(column, stamps.is_null())
    occurred = pc.cast(pc.floor_temporal(stamps, unit="microsecond"), pa.timestamp("us", "UTC"), safe=False)
    return _within_reason(column, pc.cast(occurred, pa.int64()), described)


def _stamps(column: Column, timezone: str | None, described: Described | None) -> pa.Array:
    values = plain(column.values)
    times = described.times if described else Times()
    if times.format in {STEPS, *EPOCHS}:
        return counted(column, times)
    if pa.types.is_date(values.type):
        values = pc.cast(values, pa.timestamp("us"))
    if pa.types.is_timestamp(values.type):
        _refuse_far(column, values)
        return values if values.type.tz else _localised(column, values, timezone)
    if times.format and (is_text(values.type) or pa.types.is_integer(values.type)):
        stamps, has_offset = formatted(column, pc.utf8_trim_whitespace(pc.cast(values, pa.string())), times.format)
        return stamps if has_offset else _localised(column, stamps, timezone)
    if is_text(values.type) or pa.types.is_null(values.type):
        return _parsed(column, pc.utf8_trim_whitespace(pc.cast(values, pa.string())), timezone, described)
    advice = COUNT_ADVICE if described else "Write RFC 3339, for example 2026-03-01T09:30:00Z"
    raise column.fault(0, f"holds {values.type}, which is no time", advice)


def not_ahead(column: Column, moments_us: pa.Array) -> pa.Array:
    """Return `moments_us`. Raises InputError for what is further ahead of now than clocks differ, as the API refuses it."""
    latest_us = time.time_ns() // 1000 + MOST_AHEAD_US
    refuse(column, pc.greater(moments_us, latest_us), "ahead of now", "Check day and month, the unit, and the time zone")
    return moments_us


def not_before(column: Column, observed_us: pa.Array, occurred_us: pa.Array) -> pa.Array:
    """Return `observed_us`. Raises InputError for a report that comes before its transaction."""
    refuse(column, pc.less(observed_us, occurred_us), "reported before it happened", "Check that both columns are of one time zone")
    return observed_us


def _parsed(column: Column, text: pa.Array, timezone: str | None, described: Described | None) -> pa.Array:
    """Text as timestamps in UTC."""
    text = pc.replace_substring_regex(plain_times(text), DAY_WITH_SLASHES, r"\1-\2-\3")
    text = pc.replace_substring_regex(text, BLANK_BEFORE_OFFSET, r"\1\2")
    is_naive = pc.match_substring_regex(text, NAIVE)
    known = either(is_naive, pc.match_substring_regex(text, AWARE))
    refuse(column, pc.and_(text.is_valid(), pc.invert(known)), "not a time", _form_advice(text, known, described))
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
        is_bad = failing(len(text), lambda start, stop: pc.cast(text[start:stop], kind))
        refuse(column, pa.array(is_bad), "no time of the calendar", "Check day, month and hour")
        raise


def _localised(column: Column, values: pa.Array, timezone: str | None) -> pa.Array:
    """Naive timestamps read as times of `timezone`."""
    if timezone is None:
        if values.null_count == len(values):
            return pc.cast(values, pa.timestamp(values.type.unit, "UTC"))
        row = int(np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))[0])
        raise column.fault(row, f"`{column.values[row]}` is a time without an offset", _offset_advice())
    if timezone.upper() == "UTC":
        return pc.cast(values, pa.timestamp(values.type.unit, "UTC"))
    try:
        return _in_zone(values, timezone)
    except pa.ArrowInvalid as error:
        is_bad = failing(len(values), lambda start, stop: _in_zone(values[start:stop], timezone))
        if _is_zone(timezone):
            what = f"no moment of {timezone}, or two: clocks are changed then"
            refuse(column, pa.array(is_bad), what, "Write offsets in the file, or times in UTC")
        advice = "Use a name such as Europe/Stockholm, or write offsets in the file"
        raise column.fault(0, f"--timezone {timezone}: {str(error).splitlines()[0]}", advice) from None


def _in_zone(values: pa.Array, timezone: str) -> pa.Array:
    return pc.cast(pc.assume_timezone(values, timezone), pa.timestamp(values.type.unit, "UTC"))


def _is_zone(timezone: str) -> bool:
    try:
        ZoneInfo(timezone)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _offset_advice() -> str:
    return "Write the offset (2026-03-01T09:30:00Z) or say where the clock was: --timezone UTC (with make: TIMEZONE=UTC)"


def _form_advice(text: pa.Array, known: pa.Array, described: Described | None) -> str:
    """What to do about texts that are no times."""
    advice = "Write RFC 3339, for example 2026-03-01T09:30:00Z"
    if described is None:
        return advice
    bad = text.filter(pc.and_(text.is_valid(), pc.invert(known)))
    if len(bad) and str(bad[0].as_py()).replace(".", "", 1).isdigit():
        return COUNT_ADVICE
    return f"{advice}, or say how times are written: --time-format '%d/%m/%Y %H:%M' (day first) or '%m/%d/%Y %H:%M' (month first)"


def _refuse_far(column: Column, stamps: pa.Array) -> None:
    """Raise for what would overflow microseconds, and come out as some other moment."""
    most = min(LAST_US * NANOSECONDS_PER_US // NANOSECONDS[stamps.type.unit], 2**63 - 1)
    counts = pc.cast(stamps, pa.int64())
    is_far = pc.or_(pc.greater(counts, most), pc.less(counts, -most))
    refuse(column, is_far, "no time of the calendar", "Check its unit: seconds, milliseconds or microseconds")


def _within_reason(column: Column, occurred_us: pa.Array, described: Described | None) -> pa.Array:
    """Refuse what was never filled in; whoever says since when rows count means what is older than ten years too."""
    since = described.rows.since if described else None
    if since is not None:
        refuse(column, pc.less(occurred_us, 0), "before 1970", "Is this a date that was never filled in?")
        return occurred_us
    newest = pc.max(occurred_us).as_py() or 0
    too_old = either(pc.less(occurred_us, 0), pc.less(occurred_us, newest - TEN_YEARS_US))
    advice = "Is this a date that was never filled in?"
    advice += " --since 2020-01-01 leaves older rows out, and takes a longer history from then on" if described else ""
    refuse(column, too_old, "more than ten years before the newest, or before 1970", advice)
    return occurred_us


def failing(count: int, attempt: Callable[[int, int], Any]) -> Mask:
    """Tell for which of `count` rows `attempt(start, stop)` raises ArrowInvalid, by halving."""
    is_bad, waiting = np.zeros(count, bool), [(0, count)]
    while waiting:
        start, stop = waiting.pop()
        try:
            attempt(start, stop)
        except pa.ArrowInvalid:
            middle = (start + stop) // 2
            is_bad[start] = stop - start == 1
            waiting += [(start, middle), (middle, stop)] if stop - start > 1 else []
    return is_bad
