"""When frauds were reported: written as times are, or in a format of their own; a day alone counts from its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.instants import DAY_US
from intake.described_values import EPOCHS, STEPS
from intake.description import Description
from intake.errors import InputError
from intake.moments import moments, not_ahead
from intake.reading import Column, is_text, plain
from intake.refusals import RowsError, refuse

DAY = r"^\d{4}[-/]\d{2}[-/]\d{2}$"
Check = Callable[[Column, pa.Array], pa.Array]
ISO_DAY = "%Y-%m-%d"
CLOCKS = ("%H", "%I", "%X", "%c", "%s")
OPTION = "--reported-format"
SAME_ZONE = "Check that both columns are of one time zone"
MIDNIGHT = f", or say that they are days alone, such as {OPTION} '%Y-%m-%d 00:00:00'"


def reported_moments(
    column: Column,
    *,
    timezone: str | None,
    described: Description,
    refuse_ahead: Check = not_ahead,
    option: str = OPTION,
) -> pa.Array:
    """Moments of reports as microseconds since the epoch, UTC; null where nothing is there.

    InputError for what is no time, and for what is ahead; `option` says how they are written.
    """
    style = described.labels.format or described.times.format
    if described.labels.format is None and _has_iso_days(column):
        style, column = ISO_DAY, replace(column, values=pc.replace_substring(plain(column.values), "/", "-"))
    unit = {} if style == STEPS else {"step": None, "start": None}
    times = described.times.model_copy(update={"format": style, **unit})
    try:
        found = moments(column, timezone=timezone, required=False, described=described.model_copy(update={"times": times}))
    except InputError as error:
        raise _told(error, str(error).replace("--time-format", option)) from None
    found = refuse_ahead(column, found)
    return pc.add(found, DAY_US - 1) if _are_days(column, style) else found


def not_before(column: Column, observed_us: pa.Array, occurred_us: pa.Array) -> pa.Array:
    """Return `observed_us`. Raises InputError for a report that comes before its transaction."""
    refuse(column, pc.less(observed_us, occurred_us), "reported before it happened", f"{SAME_ZONE}{MIDNIGHT}")
    return observed_us


def _told(error: InputError, message: str) -> InputError:
    return RowsError(error.column, error.is_bad, error.what, message) if isinstance(error, RowsError) else InputError(message)


def _has_iso_days(column: Column) -> bool:
    """Tell whether all that is there are days alone, year first."""
    values = plain(column.values)
    if not is_text(values.type) or values.null_count == len(values):
        return False
    return bool(pc.all(pc.match_substring_regex(pc.utf8_trim_whitespace(values), DAY)).as_py())


def _are_days(column: Column, style: str | None) -> bool:
    kind = plain(column.values).type
    if pa.types.is_date(kind):
        return True
    return is_text(kind) and style is not None and style not in {STEPS, *EPOCHS} and not any(clock in style for clock in CLOCKS)
