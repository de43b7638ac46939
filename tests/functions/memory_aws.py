"""The few AWS calls that ingestion makes, in memory: fast enough for property tests, and breakable at every single call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

KEY_NAMES = ("event_id", "entity_id")
Item = dict[str, Any]


class Crash(BaseException):
    """The process is gone: nothing catches it."""


def throttled(operation: str) -> ClientError:
    """What DynamoDB answers when it is asked too much."""
    return ClientError({"Error": {"Code": "ThrottlingException"}}, operation)


def cancelled(*codes: str) -> ClientError:
    """What DynamoDB raises for a transaction that lost."""
    response = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": code} for code in codes]}
    return ClientError(response, "TransactWriteItems")


class MemoryAws:
    """DynamoDB, S3 and SQS in one: `before` and `after` are called with each call's number and may raise."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.objects: dict[str, bytes] = {}
        self.messages: list[str] = []
        self.calls: list[tuple[str, int]] = []  # operation, how many items
        self.before: Callable[[int, str], None] = lambda *_: None
        self.after: Callable[[int, str], None] = lambda *_: None
        self._lock = threading.Lock()

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:
        """Consistent reads only, at most 100 keys, none twice."""
        keys = [(table, key) for table, asked in RequestItems.items() for key in asked["Keys"]]
        distinct = {(table, *map(str, key.items())) for table, key in keys}
        assert len(distinct) == len(keys) <= 100
        assert all(asked["ConsistentRead"] for asked in RequestItems.values())
        return self._call("batch_get_item", len(keys), lambda: {"Responses": self._found(keys)})

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> dict[str, Any]:
        """Puts with conditions: all or none."""
        return self._call("transact_write_items", len(TransactItems), lambda: self._commit([one["Put"] for one in TransactItems]))

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> dict[str, Any]:
        """One object."""
        return self._call("put_object", 1, lambda: self.objects.update({Key: Body}) or {})

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:
        """Up to ten messages."""
        assert len({entry["Id"] for entry in Entries}) == len(Entries) <= 10
        return self._call("send_message_batch", len(Entries), lambda: self.messages.extend(e["MessageBody"] for e in Entries) or {})

    def _call(self, operation: str, size: int, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        with self._lock:
            number = len(self.calls)
            self.calls.append((operation, size))
        self.before(number, operation)
        with self._lock:
            answer = work()
        self.after(number, operation)
        return answer

    def _found(self, keys: list[tuple[str, dict[str, Any]]]) -> dict[str, list[Item]]:
        responses: dict[str, list[Item]] = {}
        for table, key in keys:
            ((_, value),) = key.items()
            if (table, value["S"]) in self.items:
                responses.setdefault(table, []).append(self.items[table, value["S"]])
        return responses

    def _commit(self, puts: list[dict[str, Any]]) -> dict[str, Any]:
        keys = [key_of(put) for put in puts]
        assert len(set(keys)) == len(keys) <= 100
        holds = [is_met(put, self.items.get(key)) for put, key in zip(puts, keys, strict=True)]
        if not all(holds):
            raise cancelled(*["None" if one else "ConditionalCheckFailed" for one in holds])
        self.items |= {key: put["Item"] for key, put in zip(keys, puts, strict=True)}
        return {}


def key_of(put: dict[str, Any]) -> tuple[str, str]:
    """Table and id of a put."""
    name = next(name for name in KEY_NAMES if name in put["Item"])
    return put["TableName"], put["Item"][name]["S"]


def is_met(put: dict[str, Any], stored: Item | None) -> bool:
    """Conditions that are joined by AND: an attribute is not there, or equals a value; no others."""
    names, values = put.get("ExpressionAttributeNames", {}), put.get("ExpressionAttributeValues", {})
    return all(_holds(clause, names, values, stored or {}) for clause in put["ConditionExpression"].split(" AND "))


def _holds(clause: str, names: dict[str, str], values: Item, stored: Item) -> bool:
    if clause.startswith("attribute_not_exists("):
        name = clause.removeprefix("attribute_not_exists(").removesuffix(")")
        return names.get(name, name) not in stored
    name, _, value = clause.partition(" = ")
    return stored.get(names[name]) == values[value]
