"""The lease of the pipeline: the one execution that may train, record and promote.

Nobody gives it back, since an end that must be told can be lost: whoever wants it asks Step Functions whether the holder runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenfraud.executions import name_of
from greenfraud.items.attributes import Attributes, Item, text_cells
from greenfraud.items.tables import LEASES
from greenfraud.naming import execution_key

KIND = "lease"
NAME = "retraining"  # of the one lease that the table holds
LASTS = timedelta(hours=49)  # an hour longer than the state machine lets an execution run


@dataclass(frozen=True, kw_only=True)
class Lease:
    """An execution's ARN, and since when it holds the lease.

    `scheduled_at` is the newest start of a schedule that an execution was made of, and `scheduled_holder` that execution.
    """

    holder: str
    taken_at: datetime
    ends_at: datetime  # counts where Step Functions cannot tell whether the holder runs
    scheduled_at: str | None = None
    scheduled_holder: str | None = None

    @property
    def name(self) -> str:
        """The holder's name."""
        return name_of(self.holder)

    @property
    def execution(self) -> str:
        """The holder's twelve digits."""
        return execution_key(self.holder)


def key() -> dict[str, Any]:
    """Return the key of the lease."""
    return text_cells({LEASES.partition: NAME})


def encode(lease: Lease) -> dict[str, Any]:
    """Return the item."""
    texts = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in vars(lease).items()}
    return {**key(), **text_cells({name: text for name, text in texts.items() if text is not None})}


def decode(item: Item) -> Lease:
    """Return the lease of an item. Raises DamagedItem."""
    read = Attributes(item, KIND)
    return Lease(
        holder=read.text("holder"),
        taken_at=read.parsed("taken_at", _moment),
        ends_at=read.parsed("ends_at", _moment),
        scheduled_at=read.text("scheduled_at") if read.has("scheduled_at") else None,
        scheduled_holder=read.text("scheduled_holder") if read.has("scheduled_holder") else None,
    )


def put(lease: Lease, before: Lease | None) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds over what was read before."""
    condition = {"ConditionExpression": LEASES.is_new} if before is None else still_held(before)
    return {"Item": encode(lease), **condition}


def check(lease: Lease) -> dict[str, Any]:
    """Return the parameters of a transaction's check, without its table, that the lease is still the one that was read."""
    return {"Key": key(), **still_held(lease)}


def still_held(lease: Lease) -> dict[str, Any]:
    """Return the condition that nobody took the lease, not even its holder, since it was read."""
    values = {":holder": lease.holder, ":taken_at": lease.taken_at.isoformat()}
    return {"ConditionExpression": "holder = :holder AND taken_at = :taken_at", "ExpressionAttributeValues": text_cells(values)}


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment
