"""The two kinds of event the decisions table's stream carries, read from its records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.records import Label, Transaction

Image = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Decided:
    """A transaction was decided: from now on it is part of its customer's and terminal's past."""

    event_id: str
    transaction: Transaction
    answer: dict[str, Any]
    family: str
    version: str
    duration_seconds: float
    energy_kwh: float
    emissions_g: float


@dataclass(frozen=True)
class Reported:
    """Somebody said what a transaction was; only the first report of a fraud counts in features."""

    event_id: str
    label: Label
    is_first_report: bool


Event = Decided | Reported


def event_of(record: Mapping[str, Any]) -> Event | None:
    """The event of a stream record; None for changes that are none. Raises ContractError for an unusable image."""
    if record.get("eventName") != "INSERT":
        return None
    try:
        image = record["dynamodb"]["NewImage"]
        kind, transaction_id = image["record"]["S"], image["transaction_id"]["S"]
        event_id = f"{kind}#{transaction_id}"
        return _decided(event_id, image) if kind == "decision" else _reported(event_id, image)
    except (KeyError, TypeError, ValueError) as error:
        # The class alone: the message would quote the payload.
        raise ContractError(f"unusable stream record: {type(error).__name__}") from None


def transaction_of(image: Image) -> Transaction:
    """The transaction a decision was about; raises KeyError where an attribute is missing."""
    return Transaction(
        transaction_id=image["transaction_id"]["S"],
        occurred_us=int(image["occurred_us"]["N"]),
        customer_id=image["customer_id"]["S"],
        terminal_id=image["terminal_id"]["S"] if "terminal_id" in image else None,
        amount_minor=int(image["amount_minor"]["N"]),
    )


def _decided(event_id: str, image: Image) -> Decided:
    return Decided(
        event_id=event_id,
        transaction=transaction_of(image),
        answer=json.loads(image["answer"]["S"]),
        family=image["family"]["S"],
        version=image["version"]["S"],
        duration_seconds=float(image["duration_seconds"]["N"]),
        energy_kwh=float(image["energy_kwh"]["N"]),
        emissions_g=float(image["emissions_g"]["N"]),
    )


def _reported(event_id: str, image: Image) -> Reported:
    label = Label(
        transaction_id=image["transaction_id"]["S"],
        is_fraud=image["is_fraud"]["BOOL"],
        observed_us=int(image["observed_us"]["N"]),
        source=image["source"]["S"],
    )
    return Reported(event_id, label, is_first_report=image["is_first_report"]["BOOL"])
