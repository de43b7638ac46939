"""What each family has learned so far: a chain of checkpoints, one per chunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Checkpoint:
    """One link: the chunk learned last, the first one where one job learned several, and where the weights lie."""

    chunk: str
    first_chunk: str
    version: str
    uri: str
    sound: bool


@dataclass(frozen=True)
class Lineage:
    """The chain of one family, in the order of its chunks."""

    checkpoints: tuple[Checkpoint, ...]

    def has_learned(self, chunk: str) -> bool:
        """Whether a sound checkpoint learned this chunk."""
        return any(link.first_chunk <= chunk <= link.chunk and link.sound for link in self.checkpoints)

    def parent_of(self, chunk: str) -> Checkpoint | None:
        """The latest sound checkpoint from before this chunk."""
        before = [link for link in self.checkpoints if link.sound and link.chunk < chunk]
        return before[-1] if before else None


def read_lineage(dynamodb: Any, table: str, family: str) -> Lineage:
    """The chain of a family as recorded."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="family = :family",
        ExpressionAttributeValues={":family": {"S": family}},
    )
    return Lineage(tuple(_checkpoint(item) for page in pages for item in page["Items"]))


def _checkpoint(item: dict[str, Any]) -> Checkpoint:
    chunk = item["chunk"]["S"]
    first_chunk = item.get("first_chunk", {"S": chunk})["S"]
    return Checkpoint(chunk, first_chunk, item["version"]["S"], item["checkpoint_uri"]["S"], item["sound"]["BOOL"])
