"""The three kinds of event the decisions table's stream carries, read from its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.errors import DamagedItem
from greenfraud.items import casework, receipt
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.release import ReleasedPayment

STREAM_RECORD = "stream record"


@dataclass(frozen=True)
class DecisionEvent:
    """A transaction was decided: from now on it is part of its customer's, terminal's and other entities' past."""

    event_id: str
    decision: Decision


@dataclass(frozen=True)
class LabelEvent:
    """A bank or an analyst told what a transaction was."""

    event_id: str
    report: Report


@dataclass(frozen=True)
class ReleaseEvent:
    """A payment that was held is accepted."""

    event_id: str
    release: ReleasedPayment


Event = DecisionEvent | LabelEvent | ReleaseEvent


def event_of(record: Mapping[str, Any]) -> Event | None:
    """Return the event that a stream record tells of, None for a change that is no event. Raises DamagedItem."""
    if record.get("eventName") != "INSERT":
        return None
    image = record.get("dynamodb", {}).get("NewImage")
    if not isinstance(image, Mapping):
        raise DamagedItem(STREAM_RECORD, "NewImage", type(image).__name__)
    kind, event_id = _key_of(image)
    if kind == decision_items.KIND:
        return DecisionEvent(event_id, decision_items.decode(image))
    if kind == casework.KIND:
        return None  # what people do about a doubt tells features nothing; what they find it to be is a label and a release
    if kind == release_items.KIND:
        return ReleaseEvent(event_id, release_items.decode(image))
    return LabelEvent(event_id, label_items.decode(image))


def _key_of(image: Item) -> tuple[str, str]:
    read = Attributes(image, STREAM_RECORD)
    record = read.text(decision_items.RECORD)
    return record, receipt.event_id(read.parsed(decision_items.KEY, decision_items.identity), record)
