"""Records of the decisions table, many at once: what was decided, what was told."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa

from greenfraud.items import decision, label, release
from greenfraud.items.attributes import Item
from greenfraud.items.tables import DECISIONS
from intake.errors import CommandError
from intake.labels.places import Places

KEYS_AT_ONCE = 100  # as many as BatchGetItem takes
READS_AT_ONCE = 8
ATTEMPTS = 8
NEEDED = tuple(dict.fromkeys((*release.HELD, *label.HISTORY, label.TOLD_BY)))
Key = tuple[str, str]  # a transaction, and which record of it


def read_records(places: Places, keys: Sequence[Key], names: Sequence[str] = NEEDED) -> dict[Key, Item]:
    """Return the records with the attributes `names`; what is not there is left out. CommandError when the table is too busy."""
    parts = [keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE)]
    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        found = [item for items in pool.map(lambda part: list(_batch(places, part, names)), parts) for item in items]
    return {(item[decision.KEY]["S"], item[decision.RECORD]["S"]): item for item in found}


def undecided(places: Places, ids: pa.Array) -> pa.Array:
    """Return those of `ids` that have no decision."""
    decided: list[str] = []
    for start in range(0, len(ids), KEYS_AT_ONCE * READS_AT_ONCE * 10):
        part = ids.slice(start, KEYS_AT_ONCE * READS_AT_ONCE * 10).to_pylist()
        found = read_records(places, [(one, decision.KIND) for one in part], (decision.KEY, decision.RECORD))
        decided += [one for one, _ in found]
    return pa.array(sorted(set(ids.to_pylist()).difference(decided)), pa.string())


def reports_of(places: Places, transaction_id: str) -> list[Item]:
    """Return all reports that the table has of a payment, in the order of their numbers."""
    response = places.dynamodb.query(
        TableName=places.decisions,
        ConsistentRead=True,
        KeyConditionExpression=f"{DECISIONS.partition} = :id",
        ExpressionAttributeValues={":id": {"S": transaction_id}},
        **_only((decision.KEY, *NEEDED)),
    )
    return [item for item in response["Items"] if label.is_report(item)]


def _only(names: Sequence[str]) -> dict[str, Any]:
    chosen = dict.fromkeys(names)
    return {
        "ProjectionExpression": ", ".join(f"#{name}" for name in chosen),
        "ExpressionAttributeNames": {f"#{name}": name for name in chosen},
    }


def _batch(places: Places, keys: Sequence[Key], names: Sequence[str]) -> Iterator[Item]:
    """A throttled record must never be taken for a missing one."""
    asked = {"Keys": [decision.key(*key) for key in keys], "ConsistentRead": True, **_only(names)}
    request = {places.decisions: asked}
    for attempt in range(ATTEMPTS):
        answer = places.dynamodb.batch_get_item(RequestItems=request)
        yield from answer["Responses"].get(places.decisions, [])
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            return
        time.sleep(0.05 * 2**attempt)
    raise CommandError(f"table {places.decisions} is too busy to be read. Tell the file again later")
