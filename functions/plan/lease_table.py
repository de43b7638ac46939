"""Taking the lease of the pipeline, or being told who has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.errors import StateConflict, StoreUnavailableError
from greenfraud.executions import RUNNING, name_of, status_of
from greenfraud.faults import told
from greenfraud.items import lease as lease_items
from greenfraud.items.lease import LASTS, Lease

Client = Callable[[], Any]


@dataclass(frozen=True)
class Refusal:
    """Why an execution trains nothing: by what `outcome` it ends, and the name of the execution that has the right."""

    outcome: str
    holder: str
    reason: str


@dataclass(frozen=True)
class LeaseTable:
    """The lease, seen by the function that plans; `stepfunctions` tells whether a holder runs."""

    dynamodb: Client
    stepfunctions: Client
    table: str

    def take(self, arn: str, *, now: datetime, scheduled_at: str | None) -> Refusal | None:
        """Let the execution `arn` have the lease, else say who has it. What it holds already it takes again, for longer.

        Raises StateConflict when another took it meanwhile, StoreUnavailableError when nobody can tell whether its holder runs.
        """
        before = self._read()
        if before is not None and before.holder != arn:
            if self._is_alive(before, now):
                return Refusal("already_running", before.name, _held(before))
            if scheduled_at is not None and before.scheduled_at == scheduled_at and before.scheduled_holder != arn:
                holder = name_of(before.scheduled_holder or before.holder)
                return Refusal("nothing_to_train", holder, f"the start scheduled for {scheduled_at} was made by {holder}")
        self._put(_lease(arn, now, scheduled_at, before), before)
        return None

    def _read(self) -> Lease | None:
        found = self.dynamodb().get_item(TableName=self.table, Key=lease_items.key(), ConsistentRead=True).get("Item")
        return None if found is None else lease_items.decode(found)

    def _is_alive(self, lease: Lease, now: datetime) -> bool:
        """Whether the holder runs; where Step Functions cannot tell, an execution that is over its time does not."""
        try:
            return status_of(self.stepfunctions(), lease.holder) == RUNNING
        except (BotoCoreError, ClientError) as error:
            if now >= lease.ends_at:
                return False
            reason = f"{_held(lease)}, and whether it still runs cannot be asked: {told(error)}"
            raise StoreUnavailableError(reason) from None

    def _put(self, lease: Lease, before: Lease | None) -> None:
        client = self.dynamodb()
        try:
            client.put_item(TableName=self.table, **lease_items.put(lease, before))
        except client.exceptions.ConditionalCheckFailedException:
            raise StateConflict("another execution took the lease at the same moment; ask again") from None


def _lease(arn: str, now: datetime, scheduled_at: str | None, before: Lease | None) -> Lease:
    """The new lease; it remembers the newest start of a schedule also where a person starts next."""
    if scheduled_at is None and before is not None:
        start = {"scheduled_at": before.scheduled_at, "scheduled_holder": before.scheduled_holder}
    else:
        start = {"scheduled_at": scheduled_at, "scheduled_holder": scheduled_at and arn}
    return Lease(holder=arn, taken_at=now, ends_at=now + LASTS, **start)


def _held(lease: Lease) -> str:
    return f"{lease.name} trains since {lease.taken_at:%Y-%m-%d %H:%M:%S} UTC"
