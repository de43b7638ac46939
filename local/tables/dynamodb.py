"""Moto's DynamoDB with locked writes: its put, update, delete and transaction go through `item_writes`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from moto.dynamodb.exceptions import (
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models import table as table_models
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from local.context import Context
from local.limits import figure
from local.patches import replace
from local.tables.item_writes import Change, Write, commit, commit_all, condition, keys_of, one_writer, putting, updating


def install(_: Context) -> None:
    """Replace moto's writes and make its readers safe beside them."""
    for method in (put_item, update_item, delete_item, transact_write_items):
        replace(DynamoDBBackend, method.__name__, method)
    # The handlers read what they return as the old item before they write: both belong under one lock.
    for name in ("put_item", "update_item", "delete_item", "transact_get_items"):
        replace(DynamoHandler, name, locked(getattr(DynamoHandler, name)))
    replace(LimitedSizeDict, "__setitem__", dict.__setitem__)  # its own limit is another, and its measure takes long
    replace(table_models, "RESULT_SIZE_LIMIT", figure("dynamodb_page"))
    replace(Table, "all_items", all_items)
    replace(Table, "query", within_partition(Table.query))


def locked(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, one at a time."""

    @functools.wraps(handler)
    def run(self: DynamoHandler) -> Any:
        with one_writer:
            return handler(self)

    return run


def within_partition(query: Callable[..., Any]) -> Callable[..., Any]:
    """The query, shown one partition; moto sorts and walks through the whole table for each."""

    @functools.wraps(query)
    def run(self: Table, hash_key: DynamoType, *arguments: Any, **named: Any) -> Any:
        index_name = arguments[6] if len(arguments) > 6 else named.get("index_name")
        table = self if index_name or hash_key is None else partition_of(self, hash_key)
        return query(table, hash_key, *arguments, **named)

    return run


def partition_of(table: Table, hash_key: DynamoType) -> Table:
    """The table with the items of one hash key. Made past moto's constructors, which keep track of every instance."""
    with one_writer:
        partition = table.items.get(hash_key)
        items = {} if partition is None else {hash_key: dict(partition) if table.has_range_key else partition}
    narrowed = object.__new__(type(table))
    narrowed.__dict__ |= table.__dict__ | {"items": items}
    return narrowed


def all_items(self: Table) -> list[Item]:
    """Every item, in the order of its keys; a copy of the list, so that a writer does not disturb the reader."""
    with one_writer:
        partitions = list(self.items.values())
        items = [item for partition in partitions for item in partition.values()] if self.has_range_key else partitions
    return sorted(items, key=lambda item: (item.hash_key, item.range_key) if item.range_key else item.hash_key)


def put_item(  # noqa: PLR0913, PLR0917 - moto's own signature
    self: DynamoDBBackend,
    table_name: str,
    item_attrs: dict[str, Any],
    expected: dict[str, Any] | None = None,
    condition_expression: str | None = None,
    expression_attribute_names: dict[str, Any] | None = None,
    expression_attribute_values: dict[str, Any] | None = None,
    overwrite: bool = False,  # noqa: ARG001 - moto's word for a put without a condition
    return_values_on_condition_check_failure: str | None = None,
) -> Item:
    """Replaces `DynamoDBBackend.put_item`."""
    refuse_legacy(expected)
    asked = {
        "ConditionExpression": condition_expression,
        "ExpressionAttributeNames": expression_attribute_names,
        "ExpressionAttributeValues": expression_attribute_values,
        "ReturnValuesOnConditionCheckFailure": return_values_on_condition_check_failure,
    }
    _, new = commit(write_of(self, "Put", {"TableName": table_name, "Item": item_attrs, **asked}))
    assert new is not None  # a put always leaves an item
    return new


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
    asked = {
        "ConditionExpression": condition_expression,
        "ExpressionAttributeNames": expression_attribute_names,
        "ExpressionAttributeValues": expression_attribute_values,
        "ReturnValuesOnConditionCheckFailure": return_values_on_condition_check_failure,
    }
    old, _ = commit(write_of(self, "Delete", {"TableName": table_name, "Key": key, **asked}))
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
    refuse_legacy(expected, attribute_updates)
    asked = {
        "UpdateExpression": update_expression,
        "ConditionExpression": condition_expression,
        "ExpressionAttributeNames": expression_attribute_names,
        "ExpressionAttributeValues": expression_attribute_values,
        "ReturnValuesOnConditionCheckFailure": return_values_on_condition_check_failure,
    }
    _, new = commit(write_of(self, "Update", {"TableName": table_name, "Key": key, **asked}))
    assert new is not None  # an update always leaves an item
    return new


def refuse_legacy(*parameters: Any) -> None:
    """Raise MockValidationException for the parameters that expressions have replaced."""
    if any(parameters):
        raise MockValidationException("the embedded AWS takes expressions in place of Expected and AttributeUpdates")


def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Replaces `DynamoDBBackend.transact_write_items`."""
    if len(transact_items) > figure("dynamodb_transaction"):
        raise TooManyTransactionsException
    if any(len(entry) != 1 for entry in transact_items):
        raise TransactWriteSingleOpException
    writes = [write_of(self, *next(iter(entry.items()))) for entry in transact_items]
    touched = {(write.table.name, write.hash_key, write.range_key) for write in writes}
    if len(touched) != len(writes):
        raise MultipleTransactionsException
    if sum(map(bytes_of, transact_items)) > figure("dynamodb_transaction_size"):
        raise MockValidationException(f"Transaction size exceeds the maximum of {figure('dynamodb_transaction_size')} bytes")
    commit_all(writes)


def bytes_of(entry: dict[str, Any]) -> int:
    """What one member of TransactItems brings: its item, or the key and the values of its expressions."""
    operation = next(iter(entry.values()))
    brought = (operation.get(name) or {} for name in ("Item", "Key", "ExpressionAttributeValues"))
    return sum(len(name.encode()) + DynamoType(value).size() for values in brought for name, value in values.items())


def write_of(backend: DynamoDBBackend, kind: str, operation: dict[str, Any]) -> Write:
    """A write from its parameters, which are those of a member of TransactItems."""
    table = backend.get_table(operation["TableName"])
    names, values = operation.get("ExpressionAttributeNames"), operation.get("ExpressionAttributeValues")
    hash_key, range_key = keys_of(table, operation["Item"] if kind == "Put" else operation["Key"])
    changes: dict[str, Callable[[], Change]] = {
        "Put": lambda: putting(table, hash_key, range_key, operation["Item"]),
        "Delete": lambda: lambda _: None,
        "ConditionCheck": lambda: lambda current: current,
        "Update": lambda: updating(table, operation["Key"], operation["UpdateExpression"], names, values),
    }
    return Write(
        table=table,
        hash_key=hash_key,
        range_key=range_key,
        change=changes[kind](),
        holds=condition(operation.get("ConditionExpression"), names, values),
        return_old=operation.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD",
    )
