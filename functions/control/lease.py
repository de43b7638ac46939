"""The lease of the pipeline, seen by what must not act without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenfraud.errors import Overtaken
from greenfraud.items import lease as lease_items
from greenfraud.items.lease import Lease


def lease_of(client: Callable[[], Any], table: str, execution: str) -> Lease:
    """The lease, which the execution of these twelve digits holds. Raises Overtaken naming who has it."""
    found = client().get_item(TableName=table, Key=lease_items.key(), ConsistentRead=True).get("Item")
    if found is None:
        raise Overtaken(f"execution {execution} holds no lease, so it records and promotes nothing: start a new one")
    lease = lease_items.decode(found)
    if lease.execution != execution:
        since = f"{lease.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        raise Overtaken(
            f"{lease.name} took the lease of execution {execution} at {since}, after that had ended: what is left of it is "
            "neither recorded nor promoted; start a new one"
        )
    return lease
