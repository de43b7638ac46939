"""A change of production that waits for a second person: who proposes it, on which revision, and what became of it.

It lies in the ledger's table under a name of its own, numbered from 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import LEDGER

KIND = "proposal"
NAME = "proposals"  # the partition
MOST_LISTED = 50

Status = Literal["open", "applied", "withdrawn"]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """`change` is the route of what is proposed and `body` what it was asked with; `revision` is what was in force then."""

    number: int
    change: str
    body: dict[str, Any] = field(default_factory=dict)
    proposer: str
    reason: str
    at: str  # RFC 3339
    revision: int
    status: Status = "open"
    closed_by: str | None = None
    closed_at: str | None = None
    closing_reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Proposal:
        """Read the stored form; what a later release has added is ignored. Raises TypeError when a key is missing."""
        names = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in body.items() if name in names})


def put(proposal: Proposal) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds where no proposal has the number."""
    return {"Item": _encode(proposal), "ConditionExpression": LEDGER.is_new}


def close(proposal: Proposal) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds over an open one."""
    return {
        "Item": _encode(proposal),
        "ConditionExpression": "#status = :open",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":open": {"S": "open"}},
    }


def newest() -> dict[str, Any]:
    """Return the parameters of the query, without its table, that finds the newest proposals, the newest first."""
    return {
        "ConsistentRead": True,
        "KeyConditionExpression": f"{LEDGER.partition} = :proposals",
        "ExpressionAttributeValues": {":proposals": {"S": NAME}},
        "ScanIndexForward": False,
        "Limit": MOST_LISTED,
    }


def numbered(number: int) -> dict[str, Any]:
    """Return the parameters of the query, without its table, that finds one proposal."""
    return {
        "ConsistentRead": True,
        "KeyConditionExpression": f"{LEDGER.partition} = :proposals AND revision = :number",
        "ExpressionAttributeValues": {":proposals": {"S": NAME}, ":number": {"N": str(number)}},
    }


def decode(item: Item) -> Proposal:
    """Return the proposal. Raises DamagedItem."""
    return Attributes(item, KIND).parsed("document", lambda text: Proposal.from_json(json.loads(text)))


def _encode(proposal: Proposal) -> dict[str, Any]:
    return {
        LEDGER.partition: {"S": NAME},
        "revision": {"N": str(proposal.number)},
        "status": {"S": proposal.status},
        "document": {"S": json.dumps(proposal.to_json())},
    }
