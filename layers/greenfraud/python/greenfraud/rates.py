"""The table of rates that a platform's owner supplies: what one unit of a currency was worth in ours, day by day.

A CSV file with the columns `date,currency,rate`, such as `2018-05-18,USD,0.8477` for a platform in EUR. A payment takes the rate of
its UTC day, or the newest one before it that is no older than MAXIMUM_AGE_DAYS.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from greenfraud.canonical import sha256_hex
from greenfraud.errors import InvalidInput
from greenfraud.money import Rate, currency_of

COLUMNS = ["date", "currency", "rate"]
MAXIMUM_AGE_DAYS = 7  # weekends and the longest bank holidays; what is older is no rate of that day
MAXIMUM_BYTES = 8_000_000  # about 1,000 currencies' years: more would not fit a function's start
_RATE = re.compile(r"(\d{1,12})(?:\.(\d{1,12}))?", re.ASCII)


class DatedRate(NamedTuple):
    """A rate, the day it is of, and its text as the table has it."""

    day: date
    rate: Rate
    text: str


@dataclass(frozen=True)
class RateTable:
    """Rates by currency, oldest first; `version` tells one table from every other, None that there is none."""

    version: str | None = None
    by_currency: Mapping[str, list[DatedRate]] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: bytes, own: str) -> RateTable:
        """Read a table for a platform whose currency is `own`. Raises InvalidInput whose field is the line at fault."""
        if len(content) > MAXIMUM_BYTES:
            raise InvalidInput("rates", f"the table is larger than {MAXIMUM_BYTES} bytes: leave out the years that nobody asks for")
        by_currency: dict[str, dict[date, DatedRate]] = {}
        for line, (currency, dated) in _lines(content, own):
            known = by_currency.setdefault(currency, {}).setdefault(dated.day, dated)
            if known.rate != dated.rate:
                raise InvalidInput(line, f"gives a second rate for {currency} on {dated.day}")
        in_order = {currency: sorted(found.values(), key=lambda one: one.day) for currency, found in by_currency.items()}
        return cls(sha256_hex(content)[:12], in_order)

    def on(self, currency: str, day: date) -> DatedRate | None:
        """Return the rate of a day, or the newest of the days before it that may stand for it."""
        dated = self.by_currency.get(currency, [])
        place = bisect_right(dated, day, key=lambda one: one.day)
        if not place or (day - dated[place - 1].day).days > MAXIMUM_AGE_DAYS:
            return None
        return dated[place - 1]


def _lines(content: bytes, own: str) -> Iterator[tuple[str, tuple[str, DatedRate]]]:
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise InvalidInput("rates", "the table is no CSV in UTF-8") from None
    if not rows or rows[0] != COLUMNS:
        raise InvalidInput("line 1", f"must be {','.join(COLUMNS)}")
    for number, row in enumerate(rows[1:], start=2):
        if row:
            yield f"line {number}", _read(f"line {number}", row, own)


def _read(line: str, row: list[str], own: str) -> tuple[str, DatedRate]:
    if len(row) != len(COLUMNS):
        raise InvalidInput(line, f"must have {len(COLUMNS)} fields")
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        raise InvalidInput(line, "the date must be one like 2018-05-01") from None
    currency = currency_of(row[1], line)
    match = _RATE.fullmatch(row[2])
    if match is None or not int(match[1] + (match[2] or "")):
        raise InvalidInput(line, "the rate must be a decimal above 0, such as 0.8477")
    decimals = match[2] or ""
    rate = Rate(int(match[1] + decimals), len(decimals))
    if currency == own and rate.mantissa != 10**rate.decimals:
        raise InvalidInput(line, f"{own} is the platform's own currency, and worth 1: is this a table of rates into another one?")
    return currency, DatedRate(day, rate, row[2])
