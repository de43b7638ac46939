"""Event time: integer microseconds since 1970-01-01 UTC inside, RFC 3339 with an offset on the wire."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from greenfraud.errors import InvalidInput

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
# The last instant of the year 9999: no later one can be written as a date.
LAST_US = 253_402_300_799_999_999

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def parse_rfc3339(text: object, field: str = "occurred_at") -> int:
    """Return the microseconds since the epoch of an RFC 3339 instant; digits beyond microseconds are cut.

    Raises InvalidInput naming `field` for anything else, an instant without an offset and one before 1970.

    >>> parse_rfc3339("2018-05-01T02:00:00.25+02:00")
    1525132800250000
    """
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        raise InvalidInput(field, "must be an RFC 3339 time with an offset, such as 2018-05-01T12:30:00Z")
    try:
        occurred_us = (datetime.fromisoformat(text.upper()) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        raise InvalidInput(field, "is not a possible time") from None
    if occurred_us < 0:
        raise InvalidInput(field, "must not be before 1970")
    return occurred_us


def format_rfc3339(occurred_us: int) -> str:
    """Return the UTC instant, with six decimals only where they say something.

    >>> format_rfc3339(1525132800250000), format_rfc3339(0)
    ('2018-05-01T00:00:00.250000Z', '1970-01-01T00:00:00Z')
    """
    return to_datetime(occurred_us).isoformat().replace("+00:00", "Z")


def to_datetime(occurred_us: int) -> datetime:
    """Return the aware UTC datetime, exactly."""
    return _EPOCH + timedelta(microseconds=occurred_us)


def day_of(occurred_us: int) -> date:
    """Return the UTC day of an instant.

    >>> day_of(86_400_000_000 - 1)
    datetime.date(1970, 1, 1)
    """
    return date.fromordinal(_EPOCH_ORDINAL + occurred_us // DAY_US)


def start_of_day_us(day: date) -> int:
    """Return the first microsecond of a UTC day.

    >>> start_of_day_us(date(1970, 1, 2))
    86400000000
    """
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY_US
