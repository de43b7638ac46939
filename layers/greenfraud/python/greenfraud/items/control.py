"""The copies of the control document.

It is stored in COPIES identical items written in one transaction; a reader takes any one of them, so that no single
DynamoDB partition limits the traffic.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import Any

from greenfraud.control import ControlDocument
from greenfraud.errors import DamagedItem
from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import CONTROL

logger = logging.getLogger(__name__)

COPIES = 4
KEY, KIND = CONTROL.partition, "control"


def copy_id(index: int) -> str:
    """Return the name of one copy.

    >>> [copy_id(index) for index in range(COPIES)]
    ['copy#0', 'copy#1', 'copy#2', 'copy#3']
    """
    return f"copy#{index}"


def any_copy_id() -> str:
    """Return the name of a copy taken at random, which spreads the reads."""
    return copy_id(random.randrange(COPIES))  # noqa: S311  load spreading, not a secret


def key(identity: str) -> dict[str, Any]:
    """Return the key of a copy by its name."""
    return {KEY: {"S": identity}}


def encode(document: ControlDocument, index: int) -> dict[str, Any]:
    """Return the item of one copy."""
    return {**key(copy_id(index)), "document": {"S": document.encode()}, "revision": {"N": str(document.revision)}}


def decode(item: Item) -> ControlDocument:
    """Return the document of a copy. Raises DamagedItem."""
    read = Attributes(item, KIND)
    document = read.parsed("document", ControlDocument.decode)
    read.read("revision", "N", lambda number: _same(int(number), document.revision))
    return document


def _same(stored: int, revision: int) -> int:
    if stored != revision:
        raise ValueError
    return stored


def read_whole(get: Callable[[dict[str, Any]], Item | None]) -> ControlDocument | None:
    """Return the document of the first copy that is whole, None where there is none yet; `get` returns the item of a key.

    A damaged copy is named in the log. Raises DamagedItem where there are copies and none is whole.
    """
    is_damaged = False
    for index in range(COPIES):
        item = get(key(copy_id(index)))
        try:
            if item is not None:
                return decode(item)
        except DamagedItem as damage:
            is_damaged = True
            logger.warning("%s is damaged: %s", copy_id(index), damage)
    if is_damaged:
        raise DamagedItem(KIND, "document", "no copy is whole")
    return None


def damages(get: Callable[[dict[str, Any]], Item | None]) -> list[str]:
    """Return what is wrong with each damaged copy, by its name."""
    found = []
    for index in range(COPIES):
        try:
            decode(get(key(copy_id(index))) or {})
        except DamagedItem as damage:
            found.append(f"{copy_id(index)}: {damage}")
    return found


def put(document: ControlDocument, index: int) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds over the revision before."""
    return {
        "Item": encode(document, index),
        "ConditionExpression": f"{CONTROL.is_new} OR revision = :before",
        "ExpressionAttributeValues": {":before": {"N": str(document.revision - 1)}},
    }
