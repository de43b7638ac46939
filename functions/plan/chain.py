"""What each family has learned so far: a chain of checkpoints, one per chunk."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from greenfraud.errors import DamagedItem
from greenfraud.items.lineage import Link, decode, of_family

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lineage:
    """The chain of one family, in the order of its chunks."""

    links: tuple[Link, ...]

    def has_learned(self, chunk: str) -> bool:
        """Whether a sound checkpoint learned this chunk."""
        return any(link.first_chunk <= chunk <= link.chunk and link.is_sound for link in self.links)

    def parent_of(self, chunk: str) -> Link | None:
        """The latest sound checkpoint from before this chunk."""
        before = [link for link in self.links if link.is_sound and link.chunk < chunk]
        return before[-1] if before else None


def read_lineage(dynamodb: Any, table: str, family: str) -> Lineage:
    """The chain of a family as recorded; a damaged link counts as not learned, so that its training replaces it."""
    pages = dynamodb.get_paginator("query").paginate(TableName=table, **of_family(family))
    links = []
    for item in (item for page in pages for item in page["Items"]):
        try:
            links.append(decode(item))
        except DamagedItem as damage:
            logger.warning("a link of %s is damaged and left out: %s", family, damage)
    return Lineage(tuple(links))
