"""Amounts of money as whole numbers of minor units, whose digits are those of ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD.

`make currencies` writes the table; nobody edits it by hand. No amount ever passes through a binary fraction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from greenfraud.errors import InvalidInput

EURO = "EUR"  # the currency of a platform that is told no other
MAXIMUM_AMOUNT_MINOR = 10**12
TABLE_PATH = Path(__file__).with_name("currencies.json")
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,13})(?:\.(\d{1,4}))?", re.ASCII)


class Rate(NamedTuple):
    """What one unit of a currency is worth in ours: `mantissa` / 10^`decimals`."""

    mantissa: int
    decimals: int


@cache
def digits_by_currency() -> Mapping[str, int]:
    """Return the digits after the point of every currency of ISO 4217."""
    digits: dict[str, int] = json.loads(TABLE_PATH.read_text(encoding="utf-8"))["digits"]
    return digits


def currency_of(value: object, field: str = "currency") -> str:
    """Return the code of a currency. Raises InvalidInput naming `field` for anything else."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidInput(field, "must be three capital letters, such as EUR")
    if value not in digits_by_currency():
        raise InvalidInput(field, f"is {value}, which is no currency of ISO 4217")
    return value


def digits_of(currency: str) -> int:
    """Return how many digits after the point a currency has.

    >>> [digits_of(currency) for currency in ("EUR", "JPY", "KWD")]
    [2, 0, 3]
    """
    return digits_by_currency()[currency]


def major(amount_minor: int, currency: str) -> float:
    """Return an amount in units of its currency, for rules and people.

    >>> major(51240, "EUR"), major(51240, "JPY"), major(51240, "KWD")
    (512.4, 51240.0, 51.24)
    """
    return float(amount_minor) / 10.0 ** digits_of(currency)


def in_words(amount_minor: int, currency: str) -> str:
    """Return an amount as a person reads it.

    >>> in_words(5124050, "EUR"), in_words(51240, "JPY"), in_words(51240, "KWD")
    ('51,240.50', '51,240', '51.240')
    """
    whole, rest = divmod(amount_minor, 10 ** digits_of(currency))
    return f"{whole:,}.{rest:0{digits_of(currency)}d}" if digits_of(currency) else f"{whole:,}"


def minor_of_text(amount: object, currency: str) -> int:
    """Return the minor units of a decimal text. Raises InvalidInput naming the field `amount`.

    >>> minor_of_text("12.5", "EUR"), minor_of_text("1250", "JPY"), minor_of_text("0.125", "KWD")
    (1250, 1250, 125)
    """
    digits = digits_of(currency)
    match = _AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    if match is None or len(match[2] or "") > digits:
        example = "12." + "50000"[:digits] if digits else "1250"
        decimals = f"with at most {digits} decimals" if digits else "without decimals"
        raise InvalidInput("amount", f'must be a decimal string {decimals} in {currency}, such as "{example}"')
    return int(match[1] + (match[2] or "").ljust(digits, "0"))


def checked_minor(amount_minor: object, field: str = "amount_minor") -> int:
    """Return a number of minor units within the limits. Raises InvalidInput naming `field`."""
    if not isinstance(amount_minor, int) or isinstance(amount_minor, bool):
        raise InvalidInput(field, "must be an integer number of minor units")
    if not 0 <= amount_minor <= MAXIMUM_AMOUNT_MINOR:
        raise InvalidInput(field, f"must lie between 0 and {MAXIMUM_AMOUNT_MINOR} minor units")
    return amount_minor


def convert(amount_minor: int, currency: str, into: str, rate: Rate) -> int:
    """Return minor units of `into`, rounded to the nearest; half way to the even one (banker's rounding), in whole numbers.

    >>> convert(1000, "USD", "EUR", Rate(925, 3)), convert(1000, "JPY", "EUR", Rate(61, 4)), convert(1, "USD", "EUR", Rate(5, 1))
    (925, 610, 0)
    """
    divisor = 10 ** (digits_of(currency) + rate.decimals)
    quotient, rest = divmod(amount_minor * rate.mantissa * int(10 ** digits_of(into)), int(divisor))
    is_nearer_above = 2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1)
    return quotient + 1 if is_nearer_above else quotient
