"""The items of receipts and states, and the conditions under which they may be written."""

from __future__ import annotations

import time
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.features.encoding import event_ts
from greenfraud.features.manifest import View
from greenfraud.features.tiles import ViewState

DAY_SECONDS = 86_400
# Longer than a stream keeps records (one day) and a queue its messages (14), so no redelivery outlives its receipt.
RECEIPT_SECONDS = 30 * DAY_SECONDS
NOTE = "emissions"

Item = dict[str, Any]
Key = tuple[str, str]  # table, and the entity's or event's id
KEY_NAMES = ("event_id", "entity_id")


def request_of(receipts_table: str, keys: list[Key]) -> dict[str, Any]:
    """The RequestItems of a consistent BatchGetItem for receipts and states."""
    request: dict[str, Any] = {}
    for table, identity in keys:
        name = "event_id" if table == receipts_table else "entity_id"
        request.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append({name: {"S": identity}})
    return request


def key_of(table: str, item: Item) -> Key:
    """Where an item that was read belongs."""
    name = next(name for name in KEY_NAMES if name in item)
    return table, item[name]["S"]


def put_receipt(table: str, event_id: str, note: str | None = None) -> dict[str, Any]:
    """The put of an event's receipt, which only succeeds once."""
    item = {"event_id": {"S": event_id}, "expires_at": {"N": str(int(time.time()) + RECEIPT_SECONDS)}}
    if note is not None:
        item[NOTE] = {"S": note}
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(event_id)"}}


def put_state(key: Key, state: ViewState, stored: Item | None) -> dict[str, Any]:
    """The put of a changed state, which only succeeds over the version it was computed from."""
    table, identity = key
    item: Item = {
        "entity_id": {"S": identity},
        "event_ts": {"S": event_ts(state.newest_us or 0)},
        "values": {"M": {name: {"B": content} for name, content in state.encode().items()}},
        "version": {"N": str(_version(stored) + 1)},
        "expires_at": {"N": str(state.view.expires_at(time.time()))},
    }
    return {"Put": {"TableName": table, "Item": item, **_unchanged(stored)}}


def read_state(view: View, stored: Item | None) -> ViewState:
    """The state of an item; empty when there is none or its time is over. Raises ContractError for an unreadable one."""
    try:
        if stored is None or float(stored.get("expires_at", {"N": "inf"})["N"]) <= time.time():
            return ViewState.empty(view)
        return ViewState.decode(view, {name: cell["B"] for name, cell in stored["values"]["M"].items()})
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ContractError(f"{view.name} holds an unreadable state: {type(error).__name__}") from error


def _version(stored: Item | None) -> int:
    return int(stored["version"]["N"]) if stored and "version" in stored else 0


def _unchanged(stored: Item | None) -> dict[str, Any]:
    if stored is None:
        return {"ConditionExpression": "attribute_not_exists(entity_id)"}
    if "version" in stored:
        names, values = {"#version": "version"}, {":before": stored["version"]}
        return _condition("#version = :before", names, values)
    # Feast's own SDK writes items without a version; their time is then the only sign of a change.
    names, values = {"#version": "version", "#ts": "event_ts"}, {":before": stored["event_ts"]}
    return _condition("attribute_not_exists(#version) AND #ts = :before", names, values)


def _condition(expression: str, names: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    return {
        "ConditionExpression": expression,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
