"""Locked writes for moto's DynamoDB: conditional writes and transactions that touch only the items they name.

Moto checks a condition and writes without a lock, changes items in place while others read them, and copies whole
tables for a transaction. Here every write goes through `commit`: conditions first, then all new items at once.
"""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.comparisons import get_expected, get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    ItemSizeTooLarge,
    ItemSizeToUpdateTooLarge,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import UpdateExpressionValidator
from moto.dynamodb.responses import DynamoHandler

from local.context import Context
from local.patches import replace

TRANSACTION_ITEMS = 100
CONDITION_FAILED = "The conditional request failed"

one_writer = threading.RLock()


@dataclass(frozen=True, kw_only=True)
class Write:
    """One item's change: `change` makes the new item of the current one, None deletes it."""

    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None
    change: Callable[[Item | None], Item | None]
    holds: Callable[[Item | None], bool] = lambda _: True
    return_old: bool = False

    @property
    def current(self) -> Item | None:
        """The item as it stands. Read past `Table.get_item`, which adds empty partitions as it looks."""
        partition = self.table.items.get(self.hash_key)
        if partition is None or self.range_key is None:
            return partition  # moto keeps the item itself where there is no range key
        return partition.get(self.range_key)

    def store(self, new: Item | None) -> None:
        """Put the new item in place."""
        items = self.table.items
        if new is None and self.range_key is None:
            items.pop(self.hash_key, None)
        elif new is None:
            items[self.hash_key].pop(self.range_key, None)
        elif self.range_key is None:
            items[self.hash_key] = new
        else:
            items[self.hash_key][self.range_key] = new


def commit(write: Write) -> tuple[Item | None, Item | None]:
    """Make one change and answer the old and the new item; ConditionalCheckFailed, with the old one if asked for."""
    with one_writer:
        old = write.current
        if not write.holds(old):
            raise ConditionalCheckFailed(item=shown(old) if write.return_old else None)
        new = write.change(old)
        write.store(new)
        record(write.table, old, new)
        return old, new


def commit_all(writes: list[Write]) -> None:
    """Make all changes or none; TransactionCanceledException gives a reason per item, in the order of the request."""
    with one_writer:
        olds = [write.current for write in writes]
        outcomes = [attempt(write, old) for write, old in zip(writes, olds, strict=True)]
        if any(code is not None for _, (code, _, _) in outcomes):
            raise TransactionCanceledException([reason for _, reason in outcomes])
        for write, old, (new, _) in zip(writes, olds, outcomes, strict=True):
            if new is not old:
                write.store(new)
                record(write.table, old, new)


Reason = tuple[str | None, str | None, dict[str, Any] | None]


def attempt(write: Write, old: Item | None) -> tuple[Item | None, Reason]:
    """The new item, or why there is none."""
    if not write.holds(old):
        return None, ("ConditionalCheckFailed", CONDITION_FAILED, shown(old) if write.return_old else None)
    try:
        return write.change(old), (None, None, None)
    except MockValidationException as failure:
        return None, ("ValidationError", str(failure.message), None)


def shown(item: Item | None) -> dict[str, Any] | None:
    """An item as answers show it."""
    return None if item is None else item.to_json()["Attributes"]


def record(table: Table, old: Item | None, new: Item | None) -> None:
    """Tell the stream, unless nothing changed: AWS writes no record for a write of the same item."""
    if table.stream_shard is not None and old != new and not (old is None and new is None):
        table.stream_shard.add(old, new)


def install(_: Context) -> None:
    """Replace moto's writes and make its readers safe beside them."""
    for method in (put_item, update_item, delete_item, transact_write_items):
        replace(DynamoDBBackend, method.__name__, method)
    # The handlers read what they return as the old item before they write: both belong under one lock.
    for name in ("put_item", "update_item", "delete_item", "transact_get_items"):
        replace(DynamoHandler, name, locked(getattr(DynamoHandler, name)))
    replace(Table, "all_items", all_items)


def locked(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, one at a time."""

    @functools.wraps(handler)
    def run(self: DynamoHandler) -> Any:
        with one_writer:
            return handler(self)

    return run


def all_items(self: Table) -> list[Item]:
    """Every item, in the order of its keys; a copy of the list, so that a writer does not disturb the reader."""
    with one_writer:
        partitions = list(self.items.values())
        items = [item for partition in partitions for item in partition.values()] if self.has_range_key else partitions
    return sorted(items, key=lambda item: (item.hash_key, item.range_key) if item.range_key else item.hash_key)


def condition(expression: str | None, names: dict[str, str] | None, values: dict[str, Any] | None) -> Callable[[Item | None], bool]:
    """A ConditionExpression as a question to the current item; an invalid one raises MockValidationException."""
    holds: Callable[[Item | None], bool] = get_filter_expression(expression, names, values).expr
    return holds


def put_item(  # noqa: PLR0913, PLR0917 - moto's own signature
    self: DynamoDBBackend,
    table_name: str,
    item_attrs: dict[str, Any],
    expected: dict[str, Any] | None = None,
    condition_expression: str | None = None,
    expression_attribute_names: dict[str, Any] | None = None,
    expression_attribute_values: dict[str, Any] | None = None,
    overwrite: bool = False,
    return_values_on_condition_check_failure: str | None = None,
) -> Item:
    """Replaces `DynamoDBBackend.put_item`."""
    write = put(self.get_table(table_name), item_attrs)
    holds = condition(condition_expression, expression_attribute_names, expression_attribute_values)
    legacy = get_expected(expected or {}).expr
    _, new = commit(
        Write(
            table=write.table,
            hash_key=write.hash_key,
            range_key=write.range_key,
            change=write.change,
            holds=write.holds if overwrite else lambda current: legacy(current) and holds(current),
            return_old=return_values_on_condition_check_failure == "ALL_OLD",
        )
    )
    assert new is not None  # a put always leaves an item
    return new


def put(table: Table, attributes: dict[str, Any]) -> Write:
    """An unconditional put; MockValidationException for keys that are missing or of another type."""
    hash_key, range_key = keys_of(table, attributes)
    table._validate_item_types(attributes)
    table._validate_key_sizes(attributes)
    item = Item(hash_key, range_key, attributes)
    return Write(table=table, hash_key=hash_key, range_key=range_key, change=lambda _: item)


def keys_of(table: Table, attributes: dict[str, Any]) -> tuple[DynamoType, DynamoType | None]:
    """Hash and range key; MockValidationException names one that is missing or of another type."""
    found = []
    for name, kind in ((table.hash_key_attr, table.hash_key_type), (table.range_key_attr, table.range_key_type)):
        if not name:
            continue
        if name not in attributes:
            message = f"One or more parameter values were invalid: Missing the key {name} in the item"
            raise MockValidationException(message)
        key = DynamoType(attributes[name])
        if key.type != kind:
            message = f"One or more parameter values were invalid: Type mismatch for key {name} expected: {kind} actual: {key.type}"
            raise MockValidationException(message)
        found.append(key)
    return found[0], found[1] if len(found) > 1 else None


def delete_item(  # noqa: PLR0913, PLR0917 - moto's own signature
    self: DynamoDBBackend,
    table_name: str,
    key: dict[str, Any],
    expression_attribute_names: dict[str, Any] | None = None,
    expression_attribute_values: dict[str, Any] | None = None,
    condition_expression: str | None = None,
    return_values_on_condition_check_failure: str | None = None,
) -> Item | None:
    """Replaces `DynamoDBBackend.delete_item`."""
    table = self.get_table(table_name)
    hash_key, range_key = keys_of(table, key)
    old, _ = commit(
        Write(
            table=table,
            hash_key=hash_key,
            range_key=range_key,
            change=lambda _: None,
            holds=condition(condition_expression, expression_attribute_names, expression_attribute_values),
            return_old=return_values_on_condition_check_failure == "ALL_OLD",
        )
    )
    return old


def update_item(  # noqa: PLR0913, PLR0917 - moto's own signature
    self: DynamoDBBackend,
    table_name: str,
    key: dict[str, dict[str, Any]],
    update_expression: str,
    expression_attribute_names: dict[str, Any],
    expression_attribute_values: dict[str, Any],
    attribute_updates: dict[str, Any] | None = None,
    expected: dict[str, Any] | None = None,
    condition_expression: str | None = None,
    return_values_on_condition_check_failure: str | None = None,
) -> Item:
    """Replaces `DynamoDBBackend.update_item`."""
    table = self.get_table(table_name)
    hash_key, range_key = keys_of(table, key)
    holds = condition(condition_expression, expression_attribute_names, expression_attribute_values)
    legacy = get_expected(expected or {}).expr
    if update_expression or not attribute_updates:
        change = updating(table, key, update_expression, expression_attribute_names, expression_attribute_values)
    else:
        change = updating_attributes(table, key, attribute_updates)
    _, new = commit(
        Write(
            table=table,
            hash_key=hash_key,
            range_key=range_key,
            change=change,
            holds=lambda current: legacy(current) and holds(current),
            return_old=return_values_on_condition_check_failure == "ALL_OLD",
        )
    )
    assert new is not None  # an update always leaves an item
    return new


def copy_or_new(table: Table, key: dict[str, Any], current: Item | None) -> Item:
    """What an update works on: a copy, so that readers never see half of it."""
    return copy.deepcopy(current) if current is not None else Item(*keys_of(table, key), key)


def updating(
    table: Table,
    key: dict[str, Any],
    expression: str | None,
    names: dict[str, str] | None,
    values: dict[str, Any] | None,
) -> Callable[[Item | None], Item]:
    """An UpdateExpression as a change, worked on a copy; its operands are checked against the item."""

    def change(current: Item | None) -> Item:
        item = copy_or_new(table, key, current)
        if not expression:
            return item
        validator = UpdateExpressionValidator(
            UpdateExpressionParser.make(expression),
            expression_attribute_names=names or {},
            expression_attribute_values=values or {},
            item=item,
            table=table,
        )
        validated = validator.validate()
        validated.normalize()
        try:
            UpdateExpressionExecutor(validated, item, names or {}).execute()
        except ItemSizeTooLarge as failure:
            raise ItemSizeToUpdateTooLarge from failure
        return item

    return change


def updating_attributes(table: Table, key: dict[str, Any], updates: dict[str, Any]) -> Callable[[Item | None], Item]:
    """The older AttributeUpdates as a change."""

    def change(current: Item | None) -> Item:
        item = copy_or_new(table, key, current)
        item.validate_no_empty_key_values(updates, table.attribute_keys)
        item.update_with_attribute_updates(updates)
        return item

    return change


def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Replaces `DynamoDBBackend.transact_write_items`."""
    if len(transact_items) > TRANSACTION_ITEMS:
        raise TooManyTransactionsException
    if any(len(entry) != 1 for entry in transact_items):
        raise TransactWriteSingleOpException
    writes = [write_of(self, *next(iter(entry.items()))) for entry in transact_items]
    touched = {(write.table.name, write.hash_key, write.range_key) for write in writes}
    if len(touched) != len(writes):
        raise MultipleTransactionsException
    commit_all(writes)


def write_of(backend: DynamoDBBackend, kind: str, operation: dict[str, Any]) -> Write:
    """One member of TransactItems as a write."""
    table = backend.get_table(operation["TableName"])
    names, values = operation.get("ExpressionAttributeNames"), operation.get("ExpressionAttributeValues")
    changes: dict[str, Callable[[], Callable[[Item | None], Item | None]]] = {
        "Put": lambda: put(table, operation["Item"]).change,
        "Delete": lambda: lambda _: None,
        "ConditionCheck": lambda: lambda current: current,
        "Update": lambda: updating(table, operation["Key"], operation["UpdateExpression"], names, values),
    }
    hash_key, range_key = keys_of(table, operation["Item"] if kind == "Put" else operation["Key"])
    return Write(
        table=table,
        hash_key=hash_key,
        range_key=range_key,
        change=changes[kind](),
        holds=condition(operation.get("ConditionExpression"), names, values),
        return_old=operation.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD",
    )
