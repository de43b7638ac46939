"""Conditional writes of entity states: an item that knows more is never overwritten.

Live ingestion and materialisation write the same DynamoDB items. A state is written when the item does not exist, when
its newest event is older, or when it lacks a column that the state has because a feature was added. Every write counts
`version` up, so that an ingestion that read the item before must read it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

# DynamoDB's limit for one transaction.
BATCH_ITEMS = 100
WRITERS = 4
CONFLICT_ATTEMPTS = 5

Item = Mapping[str, Any]


class Written(NamedTuple):
    """How many states were written, and how many items were kept because they know as much or more."""

    written: int
    kept: int


def write_newer(client: Any, table_name: str, items: Iterable[Item], *, expires_at: int) -> Written:
    """Write states, in DynamoDB's form with `entity_id`, `event_ts` and `values`, at most one per entity.

    `expires_at` is the time to live in epoch seconds. Raises botocore's ClientError for anything but a kept item.
    """
    updates = [_update(table_name, item, expires_at) for item in items]
    batches = [updates[start : start + BATCH_ITEMS] for start in range(0, len(updates), BATCH_ITEMS)]
    with ThreadPoolExecutor(WRITERS) as writers:
        written = sum(writers.map(lambda batch: _write_batch(client, batch), batches))
    return Written(written, len(updates) - written)


def _write_batch(client: Any, updates: Sequence[dict[str, Any]]) -> int:
    """Return how many were written: all at once, or, when some are refused, the others one by one."""
    try:
        client.transact_write_items(TransactItems=[{"Update": update} for update in updates])
    except client.exceptions.TransactionCanceledException as error:
        reasons = error.response["CancellationReasons"]
        others = [update for update, reason in zip(updates, reasons, strict=True) if reason.get("Code") != "ConditionalCheckFailed"]
        return sum(_write_one(client, update) for update in others)
    return len(updates)


def _write_one(client: Any, update: dict[str, Any]) -> bool:
    for attempt in range(1, CONFLICT_ATTEMPTS + 1):
        try:
            client.update_item(**update)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                return False
            # Somebody else's transaction holds the item; it is over in milliseconds.
            if code != "TransactionConflictException" or attempt == CONFLICT_ATTEMPTS:
                raise
        else:
            return True
    raise AssertionError("unreachable")


def _update(table_name: str, item: Item, expires_at: int) -> dict[str, Any]:
    columns = {f"#column{number}": name for number, name in enumerate(item["values"]["M"])}
    lacks_column = " OR ".join(f"attribute_not_exists(#values.{alias})" for alias in columns)
    return {
        "TableName": table_name,
        "Key": {"entity_id": item["entity_id"]},
        "UpdateExpression": "SET #event_ts = :event_ts, #values = :values, #expires_at = :expires_at ADD #version :one",
        "ConditionExpression": (
            f"attribute_not_exists(#entity_id) OR #event_ts < :event_ts OR (#event_ts = :event_ts AND ({lacks_column}))"
        ),
        "ExpressionAttributeNames": {
            **{f"#{name}": name for name in ("entity_id", "event_ts", "values", "expires_at", "version")},
            **columns,
        },
        "ExpressionAttributeValues": {
            ":event_ts": item["event_ts"],
            ":values": item["values"],
            ":expires_at": {"N": str(expires_at)},
            ":one": {"N": "1"},
        },
    }
