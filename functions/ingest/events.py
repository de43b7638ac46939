"""The two kinds of event the decisions table's stream carries, read from its records."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from greenfraud.errors import ContractError
from greenfraud.records import MAXIMUM_AMOUNT_MINOR, MAXIMUM_ID_LENGTH, Label, Transaction

Image = Mapping[str, Mapping[str, Any]]
Value = TypeVar("Value")
# The last instant of the year 9999: no later one can be written as a date.
LAST_US = 253_402_300_799_999_999


class UnusableRecordError(ContractError):
    """A stream record that will never be an event; tells the attribute and what was wrong with it, never its value."""

    def __init__(self, attribute: str, error: str) -> None:
        super().__init__(f"unusable stream record: {error} at {attribute}")
        self.attribute = attribute
        self.error = error


@dataclass(frozen=True)
class DecisionEvent:
    """A transaction was decided: from now on it is part of its customer's and terminal's past."""

    event_id: str
    transaction: Transaction
    answer: dict[str, Any]
    family: str
    version: str
    duration_seconds: float
    energy_kwh: float
    emissions_g: float
    manifest_version: str | None = None
    features: bytes | None = None  # the values decided on, as `greenfraud.features.logged` packs them


@dataclass(frozen=True)
class LabelEvent:
    """A bank or an analyst told what a transaction at `terminal_id` was; only the first report of a fraud counts in features."""

    event_id: str
    label: Label
    is_first_report: bool
    terminal_id: str | None


Event = DecisionEvent | LabelEvent


def event_of(record: Mapping[str, Any]) -> Event | None:
    """Return the event that a stream record tells of, None for a change that is no event. Raises UnusableRecordError."""
    if record.get("eventName") != "INSERT":
        return None
    image = record.get("dynamodb", {}).get("NewImage")
    if not isinstance(image, Mapping):
        raise UnusableRecordError("NewImage", type(image).__name__)
    kind, transaction_id = _read(image, "record", "S", str), _read(image, "transaction_id", "S", _identity)
    event_id = f"{kind}#{transaction_id}"
    return _decided(event_id, image) if kind == "decision" else _reported(event_id, image)


def _transaction_of(image: Image) -> Transaction:
    return Transaction(
        transaction_id=_read(image, "transaction_id", "S", _identity),
        occurred_us=_read(image, "occurred_us", "N", _instant),
        customer_id=_read(image, "customer_id", "S", _identity),
        terminal_id=_terminal_of(image),
        amount_minor=_read(image, "amount_minor", "N", _amount),
        extras=_read(image, "extras", "S", _object) if "extras" in image else {},
    )


def _decided(event_id: str, image: Image) -> DecisionEvent:
    return DecisionEvent(
        event_id=event_id,
        transaction=_transaction_of(image),
        answer=_read(image, "answer", "S", _object),
        family=_read(image, "family", "S", str),
        version=_read(image, "version", "S", str),
        duration_seconds=_read(image, "duration_seconds", "N", _quantity),
        energy_kwh=_read(image, "energy_kwh", "N", _quantity),
        emissions_g=_read(image, "emissions_g", "N", _quantity),
        manifest_version=_read(image, "manifest_version", "S", str) if "manifest_version" in image else None,
        features=_read(image, "features", "B", _content) if "features" in image else None,
    )


def _reported(event_id: str, image: Image) -> LabelEvent:
    label = Label(
        transaction_id=_read(image, "transaction_id", "S", _identity),
        is_fraud=_read(image, "is_fraud", "BOOL", bool),
        observed_us=_read(image, "observed_us", "N", _instant),
        source=_read(image, "source", "S", str),
    )
    is_first_report = _read(image, "is_first_report", "BOOL", bool)
    _read(image, "occurred_us", "N", _instant)  # told with the terminal: without it, no terminal would mean nothing
    return LabelEvent(event_id, label, is_first_report, _terminal_of(image))


def _terminal_of(image: Image) -> str | None:
    return _read(image, "terminal_id", "S", _identity) if "terminal_id" in image else None


def _read(image: Image, name: str, kind: str, parse: Callable[[Any], Value]) -> Value:
    try:
        return parse(image[name][kind])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        # The class alone: the message would quote the payload.
        raise UnusableRecordError(name, type(error).__name__) from None


def _identity(text: str) -> str:
    if not 1 <= len(text) <= MAXIMUM_ID_LENGTH:
        raise ValueError
    return text


def _instant(number: str) -> int:
    return _between(int(number), LAST_US)


def _amount(number: str) -> int:
    return _between(int(number), MAXIMUM_AMOUNT_MINOR)


def _between(value: int, maximum: int) -> int:
    if not 0 <= value <= maximum:
        raise ValueError
    return value


def _quantity(number: str) -> float:
    value = float(number)
    if not 0.0 <= value < math.inf:
        raise ValueError
    return value


def _object(text: str) -> dict[str, Any]:
    body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError
    return body


def _content(content: str | bytes) -> bytes:
    """Lambda hands binary attributes over in base64; DynamoDB's own clients as bytes."""
    return base64.b64decode(content, validate=True) if isinstance(content, str) else bytes(content)
