"""Changes of DynamoDB items: conditions first, then all new items at once, under one lock.

Moto checks a condition and writes without a lock, changes items in place while others read them, and copies whole
tables for a transaction. A `Write` makes a new item beside the old one, so only the items it names are touched.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    ItemSizeTooLarge,
    ItemSizeToUpdateTooLarge,
    MockValidationException,
    TransactionCanceledException,
)
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.parsing.validators import UpdateExpressionValidator

from local.limits import figure

CONDITION_FAILED = "The conditional request failed"

one_writer = threading.RLock()
Change = Callable[[Item | None], Item | None]


@dataclass(frozen=True, kw_only=True)
class Write:
    """One item's change: `change` makes the new item of the current one, None deletes it."""

    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None
    change: Change
    holds: Callable[[Item | None], bool]
    return_old: bool

    @property
    def current(self) -> Item | None:
        """The item as it stands. Read past `Table.get_item`, which adds empty partitions as it looks."""
        partition = self.table.items.get(self.hash_key)
        if partition is None or self.range_key is None:
            return partition  # moto keeps the item itself where there is no range key
        return partition.get(self.range_key)


def store(table: Table, hash_key: DynamoType, range_key: DynamoType | None, new: Item | None) -> None:
    """Put the new item in place, or take the old one away."""
    items = table.items
    if new is None and range_key is None:
        items.pop(hash_key, None)
    elif new is None:
        items[hash_key].pop(range_key, None)
    elif range_key is None:
        items[hash_key] = new
    else:
        items[hash_key][range_key] = new


def commit(write: Write) -> tuple[Item | None, Item | None]:
    """Make one change and answer the old and the new item; ConditionalCheckFailed, with the old one if asked for."""
    with one_writer:
        old = write.current
        if not write.holds(old):
            raise ConditionalCheckFailed(item=shown(old) if write.return_old else None)
        new = write.change(old)
        store(write.table, write.hash_key, write.range_key, new)
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
                store(write.table, write.hash_key, write.range_key, new)
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
    unchanged = old is new if old is None or new is None else old == new
    if table.stream_shard is not None and not unchanged:
        table.stream_shard.add(old, new)


def condition(expression: str | None, names: dict[str, str] | None, values: dict[str, Any] | None) -> Callable[[Item | None], bool]:
    """A ConditionExpression as a question to the current item; an invalid one raises MockValidationException."""
    holds: Callable[[Item | None], bool] = get_filter_expression(expression, names, values).expr
    return holds


def putting(table: Table, hash_key: DynamoType, range_key: DynamoType | None, attributes: dict[str, Any]) -> Change:
    """A whole item as a change; MockValidationException for keys of another type, ItemSizeTooLarge."""
    table._validate_item_types(attributes)
    table._validate_key_sizes(attributes)
    item = item_of(hash_key, range_key, attributes)
    if item.size() > figure("dynamodb_item"):
        raise ItemSizeTooLarge
    return lambda _: item


def item_of(hash_key: DynamoType, range_key: DynamoType | None, attributes: dict[str, Any]) -> Item:
    """An item of any size. Moto's constructor measures everything anew with each attribute it adds."""
    item = Item(hash_key, range_key, {})
    for name, value in attributes.items():
        dict.__setitem__(item.attrs, name, DynamoType(value))
    return item


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


def updating(
    table: Table,
    key: dict[str, Any],
    expression: str | None,
    names: dict[str, str] | None,
    values: dict[str, Any] | None,
) -> Change:
    """An UpdateExpression as a change; its operands are checked against the item."""

    def change(current: Item | None) -> Item:
        # A copy, so that readers never see half of the update.
        item = copy.deepcopy(current) if current is not None else Item(*keys_of(table, key), key)
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
        UpdateExpressionExecutor(validated, item, names or {}).execute()
        if item.size() > figure("dynamodb_item"):
            raise ItemSizeToUpdateTooLarge
        return item

    return change
