"""Transactions and labels: the two kinds of record that enter the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from greenfraud.errors import InvalidInput
from greenfraud.exchange import Exchange, Original
from greenfraud.extras import CONTROL_CHARACTER, Extras, identity_of, parse_extras
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import day_of, format_rfc3339, parse_rfc3339
from greenfraud.money import EURO, MAXIMUM_AMOUNT_MINOR

__all__ = ["CONTROL_CHARACTER", "MAXIMUM_AMOUNT_MINOR", "Label", "Release", "Transaction", "format_rfc3339", "parse_rfc3339"]

MAXIMUM_ID_LENGTH = 256
OURS = Exchange()  # EUR, and no rates


@dataclass(frozen=True, slots=True)
class Transaction:
    """One card transaction; `amount_minor` counts minor units of `currency`, the platform's, and `occurred_us` is event time.

    `extras` holds the declared extra columns that it has, by name; `original` is what was sent where that was in another currency.
    """

    transaction_id: str
    occurred_us: int
    customer_id: str
    terminal_id: str | None
    amount_minor: int
    currency: str = EURO
    extras: Extras = field(default_factory=dict, hash=False)
    original: Original | None = None

    @classmethod
    def from_json(
        cls, body: Mapping[str, Any], extra_columns: Mapping[str, str] | None = None, *, exchange: Exchange = OURS
    ) -> Transaction:
        """Read the wire form: `occurred_at`, and either `amount_minor` or a decimal string `amount`, in `currency`.

        `extra_columns` are the declared ones, by default the manifest's; `exchange` knows the platform's currency. Unknown keys
        are ignored. Raises InvalidInput naming the first unusable field.
        """
        declared = load_manifest().extra_columns if extra_columns is None else extra_columns
        occurred_us = parse_rfc3339(body.get("occurred_at"))
        amount_minor, original = exchange.read(body, day_of(occurred_us))
        return cls(
            transaction_id=_identity(body, "transaction_id"),
            occurred_us=occurred_us,
            customer_id=_identity(body, "customer_id"),
            terminal_id=None if body.get("terminal_id") is None else _identity(body, "terminal_id"),
            amount_minor=amount_minor,
            currency=exchange.currency,
            extras=parse_extras(body, declared),
            original=original,
        )

    def entity(self, join_key: str) -> str | None:
        """Return whose past the payment is part of, by the column that names it; None where the payment does not say it."""
        if join_key == "customer_id":
            return self.customer_id
        return self.terminal_id if join_key == "terminal_id" else cast("str | None", self.extras.get(join_key))

    def met(self, join_key: str) -> str | None:
        """Return whom that entity met: the terminal, if any, where it is the customer, the customer everywhere else."""
        return self.terminal_id if join_key == "customer_id" else self.customer_id

    def to_json(self) -> dict[str, Any]:
        """Return the wire form, with the amount as it was sent; `from_json` gives the same transaction back."""
        body = asdict(self)
        body["occurred_at"] = format_rfc3339(body.pop("occurred_us"))
        extras: dict[str, Any] = body.pop("extras")
        sent = body.pop("original") or {}
        return body | {name: sent[name] for name in ("amount_minor", "currency") if sent} | extras

    def lake_row(self) -> dict[str, Any]:
        """Return the columns of the lake's transactions, in the data set's one currency; a converted one has the original's too."""
        body = asdict(self)
        del body["currency"]
        extras: dict[str, Any] = body.pop("extras")
        original: dict[str, Any] = body.pop("original") or {}
        return body | original_columns(original) | extras


@dataclass(frozen=True, slots=True)
class Label:
    """What became known about a transaction: a fraud report, or the correction of one; `reason_code` in the source's own words."""

    transaction_id: str
    is_fraud: bool
    observed_us: int
    source: str = "bank"
    reason_code: str | None = None

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
            reason_code=None if body.get("reason_code") is None else _identity(body, "reason_code"),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wire form; `from_json` gives the same label back."""
        body = self.lake_row()
        body["observed_at"] = format_rfc3339(body.pop("observed_us"))
        return body

    def lake_row(self) -> dict[str, Any]:
        """Return the columns of the lake's labels; a code only where there is one, as releases before it wrote them."""
        return {name: value for name, value in asdict(self).items() if value is not None}


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


def original_columns(original: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lake's columns of what a converted payment was before."""
    return {f"original_{name}": value for name, value in original.items()}


def _identity(body: Mapping[str, Any], field: str) -> str:
    return identity_of(field, body.get(field))
