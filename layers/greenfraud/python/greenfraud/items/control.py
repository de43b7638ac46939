"""The copies of the control document.

It is stored in COPIES identical items written in one transaction; a reader takes any one of them, so that no single
DynamoDB partition limits the traffic.
"""

from __future__ import annotations

import random
from typing import Any

from greenfraud.control import ControlDocument
from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import CONTROL

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
    return Attributes(item, KIND).parsed("document", ControlDocument.decode)


def put(document: ControlDocument, index: int) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds over the revision before."""
    return {
        "Item": encode(document, index),
        "ConditionExpression": f"{CONTROL.is_new} OR revision = :before",
        "ExpressionAttributeValues": {":before": {"N": str(document.revision - 1)}},
    }
