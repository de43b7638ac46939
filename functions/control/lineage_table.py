"""The record of what was trained from what."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from greenfraud import naming
from greenfraud.items.lineage import Link, encode


class LineageTable:
    """The lineage table, seen by the function that records."""

    def __init__(self, client: Callable[[], Any], table: str, artifacts_bucket: str) -> None:
        self._client = client
        self._table = table
        self._bucket = artifacts_bucket

    def record(self, result: Mapping[str, Any], execution: str) -> None:
        """Put one link of a family's chain; training a chunk again replaces its link."""
        family, version = result["family"], result["version"]
        link = Link(
            family=family,
            chunk=result["chunk"],
            first_chunk=result["chunks"][0],
            version=version,
            checkpoint_uri=naming.s3_uri(self._bucket, naming.checkpoint_prefix(family, version)),
            execution=execution,
            trained_at=datetime.now(UTC).isoformat(),
            is_sound=is_sound(result),
            parent_version=result.get("parent_version"),
        )
        self._client().put_item(TableName=self._table, Item=encode(link))


def is_sound(result: Mapping[str, Any]) -> bool:
    """Whether the next chunk may build on it: a diverged loss poisons every descendant."""
    loss = result.get("loss")
    return isinstance(loss, int | float) and math.isfinite(loss)
