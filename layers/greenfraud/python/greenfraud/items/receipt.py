"""The receipt of an event: proof that the online state knows it, kept longer than the event can be delivered again."""

from __future__ import annotations

from typing import Any

from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import EXPIRY, RECEIPTS

KEY = RECEIPTS.partition
KIND, NOTE = "receipt", "emissions"
# Longer than a stream keeps records (one day) and a queue its messages (14), so no redelivery outlives its receipt.
KEPT_SECONDS = 30 * 86_400


def event_id(transaction_id: str, record: str) -> str:
    """Return the id of the event that one record of a transaction tells of.

    >>> event_id("T1", "decision")
    'decision#T1'
    """
    return f"{record}#{transaction_id}"


def key(event_id: str) -> dict[str, Any]:
    """Return the key of an event's receipt."""
    return {KEY: {"S": event_id}}


def event_id_of(item: Item) -> str:
    """Return whose receipt it is; a table's key is always there and always a string."""
    return str(item[KEY]["S"])


def put(event_id: str, note: str | None, now_seconds: float) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds once."""
    item: dict[str, Any] = {**key(event_id), EXPIRY: {"N": str(int(now_seconds) + KEPT_SECONDS)}}
    if note is not None:
        item[NOTE] = {"S": note}
    return {"Item": item, "ConditionExpression": RECEIPTS.is_new}


def note_of(item: Item) -> str | None:
    """Return the note kept with a receipt, a JSON object as text; None where it has none. Raises DamagedItem."""
    attributes = Attributes(item, KIND)
    if not attributes.has(NOTE):
        return None
    attributes.object(NOTE)
    return attributes.text(NOTE)
