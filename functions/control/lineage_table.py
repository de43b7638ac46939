"""The record of what was trained from what, kept by the execution that has the lease."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from functions.control.lease import lease_of
from greenfraud import naming
from greenfraud.errors import Overtaken, StateConflict
from greenfraud.items import lease as lease_items
from greenfraud.items.lease import Lease
from greenfraud.items.lineage import Link, put


class LineageTable:
    """The lineage table, seen by the function that records; `leases` is the table of the lease."""

    def __init__(self, client: Callable[[], Any], table: str, leases: str, artifacts_bucket: str) -> None:
        self._client = client
        self._table, self._leases = table, leases
        self._bucket = artifacts_bucket

    def record(self, result: Mapping[str, Any], execution: str) -> None:
        """Put one link of a family's chain; training a chunk again replaces its link.

        Raises Overtaken where another execution has the lease, or has left a newer link; StateConflict where a retry may find out.
        """
        lease = lease_of(self._client, self._leases, execution)
        self._put(self._link(result, execution), lease)

    def _put(self, link: Link, lease: Lease) -> None:
        client = self._client()
        is_held = {"ConditionCheck": {"TableName": self._leases, **lease_items.check(lease)}}
        try:
            client.transact_write_items(TransactItems=[is_held, {"Put": {"TableName": self._table, **put(link, lease.taken_at)}}])
        except client.exceptions.TransactionCanceledException as error:
            lost, newer = (reason["Code"] == "ConditionalCheckFailed" for reason in error.response["CancellationReasons"])
            if newer and not lost:
                raise Overtaken(_told(link, lease)) from None
            raise StateConflict("the lease or the link changed at the same moment; ask again") from None

    def _link(self, result: Mapping[str, Any], execution: str) -> Link:
        family, version = result["family"], result["version"]
        return Link(
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


def _told(link: Link, lease: Lease) -> str:
    since = f"{lease.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{link.family} {link.chunk} was recorded by another execution after {since}, when this one began: its link stays"


def is_sound(result: Mapping[str, Any]) -> bool:
    """Whether the next chunk may build on it: a diverged loss poisons every descendant; where nothing was fitted, none is told."""
    loss = result.get("loss")
    if loss is None and result.get("epochs") == 0:
        return True
    return isinstance(loss, int | float) and math.isfinite(loss)
