"""Times as people write them, by a stated format: strptime's, a count since the epoch, or steps from a start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from math import isnan

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.types import is_null

from greenfraud.instants import DAY_US, HOUR_US, LAST_US, MINUTE_US, SECOND_US
from intake.described_values import EPOCHS, STEPS
from intake.description import Times
from intake.exponents import expanded, refuse_cut
from intake.reading import Column, is_text, plain
from intake.refusals import refuse
from intake.time_marks import plain_times
from intake.zone_names import with_offsets

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS_US: dict[str, int | Decimal] = {
    "s": SECOND_US,
    "ms": 1_000,
    "us": 1,
    "ns": Decimal("0.001"),
    "seconds": SECOND_US,
    "minutes": MINUTE_US,
    "hours": HOUR_US,
    "days": DAY_US,
}
COUNT = r"^[+-]?\d{1,19}(\.\d{1,20})?$"
COUNTS = pa.decimal256(40, 20)  # times a day's microseconds, it still fits 76 digits


def counted(column: Column, times: Times) -> pa.Array:
    """A column of counts as timestamps in UTC: since the epoch, or steps since the start."""
    unit_us = UNITS_US[(times.step or "") if times.format == STEPS else EPOCHS[times.format or ""]]
    start_us = (times.start - EPOCH) // timedelta(microseconds=1) if times.start else 0
    return pc.cast(pc.add(_counts_us(column, unit_us, LAST_US - abs(start_us)), start_us), pa.timestamp("us", "UTC"))


def formatted(column: Column, text: pa.Array, layout: str) -> tuple[pa.Array, bool]:
    """Text in a strptime format as timestamps, and whether the format has their offset; what does not fit is refused."""
    import pandas as pd

    has_offset, written = "%z" in layout or "%Z" in layout, layout
    text, layout = with_offsets(column, text, layout)
    kind = pa.timestamp("ns", "UTC" if has_offset else None)

    def parsed(written: pa.Array) -> pa.Array:
        found = pd.to_datetime(written.to_pandas(), format=layout, errors="coerce", exact=True, utc=has_offset)
        return pa.array(found, kind, from_pandas=True)

    stamps = parsed(text)
    if stamps.null_count > text.null_count:  # as it stands first: a format may have the marks of its place
        stamps = pc.coalesce(stamps, parsed(plain_times(text)))
    is_bad = pc.and_(text.is_valid(), stamps.is_null())
    refuse(column, is_bad, f"no time as {written}", "Say how times are written: --time-format, such as '%d/%m/%Y %H:%M'")
    return stamps, has_offset


def _counts_us(column: Column, unit_us: int | Decimal, most_us: int) -> pa.Array:
    """Counts as microseconds: decimals all the way, so that no digit is lost."""
    text = expanded(_digits_of(column))
    refuse_cut(column, text)
    is_count = pc.match_substring_regex(text, COUNT)
    refuse(column, pc.invert(is_count), "no count of time", "Write numbers, or say how times are written: --time-format '%d/%m/%Y'")
    counts = pc.cast(text, COUNTS)
    # No program writes a day's fraction to the microsecond: 0.3333333333 is eight hours.
    whole = partial(pc.round, ndigits=-3) if unit_us == DAY_US else pc.floor
    elapsed = whole(pc.multiply(counts, pa.scalar(Decimal(unit_us)).cast(pa.decimal256(14, 3))))
    is_far = pc.greater(pc.abs(elapsed), pa.scalar(Decimal(most_us)).cast(pa.decimal256(20, 0)))
    refuse(column, is_far, "no time of the calendar", f"Check the unit: --time-format {', '.join(EPOCHS)}; --time-unit")
    return pc.cast(elapsed, pa.int64())


def _digits_of(column: Column) -> pa.Array:
    """Counts as text; floating-point ones as the shortest digits that mean them."""
    values = plain(column.values)
    if pa.types.is_floating(values.type):
        known = ((None if one is None or isnan(one) else format(Decimal(repr(one)), "f")) for one in values.to_pylist())
        return pa.array(known, pa.string())
    if not (is_text(values.type) or pa.types.is_integer(values.type) or pa.types.is_decimal(values.type) or is_null(values.type)):
        raise column.fault(0, f"holds {values.type}, which counts nothing", "Leave --time-format out for times and dates")
    text = pc.utf8_trim_whitespace(pc.cast(values, pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
