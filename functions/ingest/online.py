"""Exactly-once updates of the online state: an event's receipt and the states it changes are written together."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from greenfraud.errors import StateConflict
from greenfraud.features.encoding import entity_id, event_ts
from greenfraud.features.manifest import View
from greenfraud.features.tiles import ViewState

ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.01
SECOND_US = 1_000_000
DAY_SECONDS = 86_400
# Longer than a stream keeps records (one day) and a queue its messages (14), so no redelivery outlives its receipt.
RECEIPT_SECONDS = 30 * DAY_SECONDS
AGAIN = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "ConditionalCheckFailed"}
BUSY = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionInProgressException",
}

Item = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """What an event does to the state of one entity."""

    table: str
    view: View
    identity: str
    at_us: int
    apply: Callable[[ViewState], ViewState]

    @property
    def entity_id(self) -> str:
        """The entity's key in Feast's layout."""
        return entity_id(self.view.join_key, self.identity)


class OnlineStates:
    """The tables of entities' states and of receipts."""

    def __init__(self, client: Callable[[], Any], receipts_table: str, *, pause_seconds: float = FIRST_PAUSE_SECONDS) -> None:
        self._client = client
        self._receipts_table = receipts_table
        self._pause_seconds = pause_seconds

    def apply(self, event_id: str, changes: Sequence[Change]) -> bool:
        """Apply an event once: False when it had been applied before. Raises StateConflict when others kept winning."""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(self._pause_seconds * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 jitter
            items = self._read(event_id, changes)
            if items is None:
                continue
            if (self._receipts_table, event_id) in items:
                return False
            if self._is_written(event_id, changes, items):
                return True
        raise StateConflict(f"not applied after {ATTEMPTS} attempts")

    def _read(self, event_id: str, changes: Sequence[Change]) -> dict[tuple[str, str], Item] | None:
        """The receipt and the states as of now; None when the store was too busy to say all of it."""
        request: dict[str, Any] = {self._receipts_table: {"Keys": [{"event_id": {"S": event_id}}], "ConsistentRead": True}}
        for change in changes:
            request[change.table] = {"Keys": [{"entity_id": {"S": change.entity_id}}], "ConsistentRead": True}
        try:
            response = self._client().batch_get_item(RequestItems=request)
        except ClientError as error:
            _raise_unless_busy(error)
            return None
        if response.get("UnprocessedKeys"):
            return None  # a throttled item must never be taken for a missing one
        return {(table, item[_key_of(item)]["S"]): item for table, items in response["Responses"].items() for item in items}

    def _is_written(self, event_id: str, changes: Sequence[Change], items: dict[tuple[str, str], Item]) -> bool:
        writes = [_receipt(self._receipts_table, event_id)]
        writes += [_state(change, items.get((change.table, change.entity_id))) for change in changes]
        try:
            self._client().transact_write_items(TransactItems=writes)
        except ClientError as error:
            codes = {reason["Code"] for reason in error.response.get("CancellationReasons", [])} - {"None"}
            if not codes or not codes <= AGAIN:
                _raise_unless_busy(error)
            return False
        return True


def _key_of(item: Item) -> str:
    return "event_id" if "event_id" in item else "entity_id"


def _raise_unless_busy(error: ClientError) -> None:
    if error.response["Error"]["Code"] not in BUSY:
        raise error


def _receipt(table: str, event_id: str) -> dict[str, Any]:
    item = {"event_id": {"S": event_id}, "expires_at": {"N": str(int(time.time()) + RECEIPT_SECONDS)}}
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(event_id)"}}


def _state(change: Change, stored: Item | None) -> dict[str, Any]:
    """The put of a changed state, which only succeeds over the version it was computed from."""
    before = _decode(change.view, stored)
    # By the earlier of both times: one event with a clock that runs ahead must not wipe a month of tiles.
    state = change.apply(before).expire(min(change.at_us, before.newest_us or change.at_us))
    item: Item = {
        "entity_id": {"S": change.entity_id},
        "event_ts": {"S": event_ts(state.newest_us or change.at_us)},
        "values": {"M": {name: {"B": content} for name, content in state.encode().items()}},
        "version": {"N": str(_version(stored) + 1)},
        "expires_at": {"N": str(int(time.time()) + change.view.retention_us // SECOND_US + DAY_SECONDS)},
    }
    return {"Put": {"TableName": change.table, "Item": item, **_unchanged(stored)}}


def _decode(view: View, stored: Item | None) -> ViewState:
    if stored is None or float(stored.get("expires_at", {"N": "inf"})["N"]) <= time.time():
        return ViewState.empty(view)
    return ViewState.decode(view, {name: cell["B"] for name, cell in stored["values"]["M"].items()})


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
