"""Receipts and states among each other: which item a key stands for, and how both are read in one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from greenfraud.items import receipt, state
from greenfraud.items.attributes import Item

Key = tuple[str, str]  # table, and the entity's or event's id


def request_of(receipts_table: str, keys: Sequence[Key]) -> dict[str, Any]:
    """The RequestItems of a consistent BatchGetItem for receipts and states."""
    request: dict[str, Any] = {}
    for table, identity in keys:
        key = receipt.key(identity) if table == receipts_table else state.key(identity)
        request.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
    return request


def key_of(receipts_table: str, table: str, item: Item) -> Key:
    """Where an item that was read belongs."""
    return table, receipt.event_id_of(item) if table == receipts_table else state.identity_of(item)


def put(table: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """A put among the writes of a transaction."""
    return {"Put": {"TableName": table, **parameters}}
