"""One link of a family's chain of checkpoints: a chunk that was learned, from which parent, and where the weights lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from greenfraud.items.attributes import Attributes, Item, text_cells
from greenfraud.items.tables import LINEAGE

KIND = "lineage"


@dataclass(frozen=True, kw_only=True)
class Link:
    """The chunk learned last, and the first one where one job learned several; `is_sound` links may be built on."""

    family: str
    chunk: str
    first_chunk: str
    version: str
    checkpoint_uri: str
    execution: str
    trained_at: str
    is_sound: bool
    parent_version: str | None = None


def encode(link: Link) -> dict[str, Any]:
    """Return the item; training a chunk again replaces its link."""
    texts = {name: text for name, text in vars(link).items() if name != "is_sound" and text is not None}
    return {**text_cells(texts), "sound": {"BOOL": link.is_sound}}


def put(link: Link, since: datetime) -> dict[str, Any]:
    """Return the parameters of a put, without its table, over no link that another execution left at `since` or later."""
    values = {":since": since.isoformat(), ":execution": link.execution, ":text": "S"}
    return {
        "Item": encode(link),
        "ConditionExpression": "execution = :execution OR NOT (attribute_type(trained_at, :text) AND trained_at >= :since)",
        "ExpressionAttributeValues": text_cells(values),
    }


def decode(item: Item) -> Link:
    """Return the link of an item. Raises DamagedItem."""
    read = Attributes(item, KIND)
    return Link(
        family=read.text("family"),
        chunk=read.text("chunk"),
        first_chunk=read.text("first_chunk" if read.has("first_chunk") else "chunk"),  # of before several could be learned
        version=read.text("version"),
        checkpoint_uri=read.text("checkpoint_uri"),
        execution=read.text("execution"),
        trained_at=read.text("trained_at"),
        is_sound=read.flag("sound"),
        parent_version=read.text("parent_version") if read.has("parent_version") else None,
    )


def of_family(family: str) -> dict[str, Any]:
    """Return the parameters of the query, without its table, that finds a family's chain in the order of its chunks."""
    return {
        "ConsistentRead": True,
        "KeyConditionExpression": f"{LINEAGE.partition} = :family",
        "ExpressionAttributeValues": {":family": {"S": family}},
    }
