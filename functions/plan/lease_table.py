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
class Start:
    """An execution that would train, by its ARN, and for which moment a schedule started it, if one did."""

    arn: str
    now: datetime
    scheduled_at: str | None = None


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

    def current(self) -> Lease | None:
        """The lease as it stands, whether its holder runs or not. Raises DamagedItem."""
        found = self.dynamodb().get_item(TableName=self.table, Key=lease_items.key(), ConsistentRead=True).get("Item")
        return None if found is None else lease_items.decode(found)

    def refusal(self, before: Lease | None, start: Start) -> Refusal | None:
        """Why an execution may not train; None where it may take the place of `before`, the lease as it stands.

        Raises StoreUnavailableError when nobody can tell whether the holder runs.
        """
        if before is None or before.holder == start.arn:
            return None
        if self._is_alive(before, start.now):
            return Refusal("already_running", before.name, _held(before))
        if start.scheduled_at is not None and before.scheduled_at == start.scheduled_at and before.scheduled_holder != start.arn:
            holder = name_of(before.scheduled_holder or before.holder)
            return Refusal("nothing_to_train", holder, f"the start scheduled for {start.scheduled_at} was made by {holder}")
        return None

    def take(self, before: Lease | None, start: Start) -> None:
        """Let an execution have the lease in the place of `before`; what was read since then is as it was.

        Raises StateConflict when another execution took it meanwhile.
        """
        client = self.dynamodb()
        try:
            client.put_item(TableName=self.table, **lease_items.put(_lease(start, before), before))
        except client.exceptions.ConditionalCheckFailedException:
            raise StateConflict("another execution took the lease at the same moment; ask again") from None

    def _is_alive(self, lease: Lease, now: datetime) -> bool:
        """Whether the holder runs; where Step Functions cannot tell, an execution that is over its time does not."""
        try:
            return status_of(self.stepfunctions(), lease.holder) == RUNNING
        except (BotoCoreError, ClientError) as error:
            if now >= lease.ends_at:
                return False
            reason = f"{_held(lease)}, and whether it still runs cannot be asked: {told(error)}"
            raise StoreUnavailableError(reason) from None


def _lease(start: Start, before: Lease | None) -> Lease:
    """The new lease; it remembers the newest start of a schedule also where a person starts next."""
    remembered = start.scheduled_at, start.scheduled_at and start.arn
    if start.scheduled_at is None and before is not None:
        remembered = before.scheduled_at, before.scheduled_holder
    scheduled_at, holder = remembered
    ends_at = start.now + LASTS
    return Lease(holder=start.arn, taken_at=start.now, ends_at=ends_at, scheduled_at=scheduled_at, scheduled_holder=holder)


def _held(lease: Lease) -> str:
    return f"{lease.name} trains since {lease.taken_at:%Y-%m-%d %H:%M:%S} UTC"
