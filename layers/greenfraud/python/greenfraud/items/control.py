"""The copies of the control document.

It is stored in COPIES identical items written in one transaction; a reader takes any one of them, so that no single
DynamoDB partition limits the traffic. A deployment writes the first one, which says that nothing was ever promoted: an
item that is not there says nothing, and is a fault.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from greenfraud.control import ControlDocument
from greenfraud.errors import DamagedItem
from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import CONTROL

logger = logging.getLogger(__name__)

COPIES = 4
KEY, KIND = CONTROL.partition, "control"

# missing     there is no such item
# damaged     there is one, and it is no control document
# unreadable  the store did not say
# differs     it is older than another copy, or another document of the same revision
Fault = Literal["missing", "damaged", "unreadable", "differs"]


class Copy(NamedTuple):
    """What was found of one copy: its document, or why there is none."""

    name: str
    document: ControlDocument | None
    fault: Fault | None = None


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


def read_copy(name: str, item: Item | None) -> Copy:
    """Return what an item says; None is a copy that is not there. A damaged one is named in the log."""
    if item is None:
        return Copy(name, None, "missing")
    try:
        return Copy(name, decode(item))
    except DamagedItem as damage:
        logger.warning("%s is damaged: %s", name, damage)
        return Copy(name, None, "damaged")


def newest(documents: Iterable[ControlDocument | None]) -> ControlDocument | None:
    """Return the document of the highest revision, the first of several; None where there is none."""
    return max((one for one in documents if one is not None), key=lambda one: one.revision, default=None)


def read_newest(get: Callable[[dict[str, Any]], Item | None]) -> ControlDocument:
    """Return the newest document of all copies; `get` returns the item of a key. Raises DamagedItem where no copy is whole."""
    copies = [read_copy(copy_id(index), get(key(copy_id(index)))) for index in range(COPIES)]
    found = newest(copy.document for copy in copies)
    if found is None:
        is_damaged = any(copy.fault == "damaged" for copy in copies)
        raise DamagedItem(KIND, "document", "no copy is whole" if is_damaged else NO_COPY)
    return found


NO_COPY = (
    "there is no copy, not even the one that a deployment writes; deploy the serving stack, or call its function control.release"
)


def damages(get: Callable[[dict[str, Any]], Item | None]) -> list[str]:
    """Return what is wrong with each damaged copy, by its name; one that is not there is none."""
    found = []
    for index in range(COPIES):
        try:
            if (item := get(key(copy_id(index)))) is not None:
                decode(item)
        except DamagedItem as damage:
            found.append(f"{copy_id(index)}: {damage}")
    return found


def put(document: ControlDocument, index: int) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that succeeds over any revision before, and over none after.

    Whoever writes has read the newest revision, so that a copy which stayed behind, or is not there, is mended by the next change.
    """
    return {
        "Item": encode(document, index),
        "ConditionExpression": f"{CONTROL.is_new} OR revision < :revision",
        "ExpressionAttributeValues": {":revision": {"N": str(document.revision)}},
    }


def put_where_gone(document: ControlDocument, index: int) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds where there is no copy."""
    return {"Item": encode(document, index), "ConditionExpression": CONTROL.is_new}
