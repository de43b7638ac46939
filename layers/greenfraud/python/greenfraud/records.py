"""Transactions and labels: the two kinds of record that enter the platform."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from greenfraud.errors import InvalidInput
from greenfraud.extras import Extras, parse_extras
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import format_rfc3339, parse_rfc3339

__all__ = ["MAXIMUM_AMOUNT_MINOR", "Label", "Release", "Transaction", "format_rfc3339", "parse_rfc3339"]

MAXIMUM_AMOUNT_MINOR = 10**12
MAXIMUM_ID_LENGTH = 256
# With one of these in it, an id looks like another one in a log, ends its line in a file, and gets lost on the way to a store.
CONTROL_CHARACTER = "[\x00-\x1f\x7f-\x9f\u2028\u2029]"
_CONTROL_CHARACTER = re.compile(CONTROL_CHARACTER)
_AMOUNT = re.compile(r"(\d{1,11})(?:\.(\d{1,2}))?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One card transaction; `amount_minor` counts hundredths of `currency`, `occurred_us` is event time.

    `extras` holds the declared extra columns that it has, by name.
    """

    transaction_id: str
    occurred_us: int
    customer_id: str
    terminal_id: str | None
    amount_minor: int
    currency: str = "EUR"
    extras: Extras = field(default_factory=dict, hash=False)

    @classmethod
    def from_json(cls, body: Mapping[str, Any], extra_columns: Mapping[str, str] | None = None) -> Transaction:
        """Read the wire form: `occurred_at`, and either `amount_minor` or a decimal string `amount`.

        `extra_columns` are the declared ones, by default the manifest's. Unknown keys are ignored. Raises InvalidInput
        naming the first unusable field.
        """
        declared = load_manifest().extra_columns if extra_columns is None else extra_columns
        return cls(
            transaction_id=_identity(body, "transaction_id"),
            occurred_us=parse_rfc3339(body.get("occurred_at")),
            customer_id=_identity(body, "customer_id"),
            terminal_id=None if body.get("terminal_id") is None else _identity(body, "terminal_id"),
            amount_minor=_amount_minor(body),
            currency=_currency(body.get("currency", "EUR")),
            extras=parse_extras(body, declared),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wire form; `from_json` gives the same transaction back."""
        body = asdict(self)
        body["occurred_at"] = format_rfc3339(body.pop("occurred_us"))
        extras: dict[str, Any] = body.pop("extras")
        return body | extras

    def lake_row(self) -> dict[str, Any]:
        """Return the columns of the lake's transactions; its currency is that of the whole data set."""
        body = asdict(self)
        del body["currency"]
        extras: dict[str, Any] = body.pop("extras")
        return body | extras


@dataclass(frozen=True, slots=True)
class Label:
    """What became known about a transaction: a fraud report, or the correction of one."""

    transaction_id: str
    is_fraud: bool
    observed_us: int
    source: str = "bank"

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Label:
        """Read the wire form with `observed_at`. Raises InvalidInput naming the first unusable field."""
        if not isinstance(body.get("is_fraud"), bool):
            raise InvalidInput("is_fraud", "must be true or false")
        return cls(
            transaction_id=_identity(body, "transaction_id"),
            is_fraud=body["is_fraud"],
            observed_us=parse_rfc3339(body.get("observed_at"), "observed_at"),
            source=_identity({"source": body.get("source", "bank")}, "source"),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wire form; `from_json` gives the same label back."""
        body = asdict(self)
        body["observed_at"] = format_rfc3339(body.pop("observed_us"))
        return body

    def lake_row(self) -> dict[str, Any]:
        """Return the columns of the lake's labels."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Release:
    """Who or what let a payment go that was held, and when."""

    transaction_id: str
    released_us: int
    source: str = "analyst"

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Release:
        """Read the wire form with `released_at`. Raises InvalidInput naming the first unusable field."""
        return cls(
            transaction_id=_identity(body, "transaction_id"),
            released_us=parse_rfc3339(body.get("released_at"), "released_at"),
            source=_identity({"source": body.get("source", "analyst")}, "source"),
        )


def _identity(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not 1 <= len(value) <= MAXIMUM_ID_LENGTH:
        raise InvalidInput(field, f"must be a string of 1 to {MAXIMUM_ID_LENGTH} characters")
    # JSON can spell half a surrogate pair, which no UTF-8 store accepts.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInput(field, "must be valid Unicode")
    if _CONTROL_CHARACTER.search(value):
        raise InvalidInput(field, "must hold no control characters or line separators")
    return value


def _amount_minor(body: Mapping[str, Any]) -> int:
    if ("amount" in body) == ("amount_minor" in body):
        raise InvalidInput("amount_minor", "give either amount_minor or amount, one of the two")
    if "amount" in body:
        return _checked(_minor_of_decimal(body["amount"]), "amount")
    return _checked(body["amount_minor"], "amount_minor")


def _minor_of_decimal(amount: object) -> int:
    match = _AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    if match is None:
        raise InvalidInput("amount", 'must be a decimal string with at most 2 decimals, such as "12.50"')
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _checked(amount_minor: object, field: str) -> int:
    if not isinstance(amount_minor, int) or isinstance(amount_minor, bool):
        raise InvalidInput(field, "must be an integer number of minor units")
    if not 0 <= amount_minor <= MAXIMUM_AMOUNT_MINOR:
        raise InvalidInput(field, f"must lie between 0 and {MAXIMUM_AMOUNT_MINOR} minor units")
    return amount_minor


def _currency(currency: object) -> str:
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise InvalidInput("currency", "must be three capital letters, such as EUR")
    return currency
