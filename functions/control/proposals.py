"""Proposed changes in DynamoDB: numbered, listed, withdrawn; a change itself closes the proposal that it carries out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from functions.control.approval import closed
from greenfraud.errors import NotFound, StateConflict
from greenfraud.items import proposal as proposal_items
from greenfraud.items.proposal import Proposal


class Proposals:
    """The proposals that the ledger's table holds."""

    def __init__(self, client: Callable[[], Any], ledger_table: str) -> None:
        self._client = client
        self._table = ledger_table

    def newest(self) -> list[Proposal]:
        """The newest ones, whatever became of them, the newest first."""
        return self._query(proposal_items.newest())

    def open(self, number: int) -> Proposal:
        """One that waits. Raises NotFound where there is none of that number, StateConflict where it is closed."""
        found = self._query(proposal_items.numbered(number))
        if not found:
            raise NotFound(f"number: there is no proposal {number}")
        if found[0].status != "open":
            raise StateConflict(f"proposal {number} is already {found[0].status}, by {found[0].closed_by}")
        return found[0]

    def add(self, change: str, body: dict[str, Any], *, proposer: str, reason: str, revision: int) -> Proposal:
        """A new one, under the next number. Raises StateConflict where another one took that number first."""
        newest = self._query({**proposal_items.newest(), "Limit": 1})
        number = newest[0].number + 1 if newest else 1
        at = datetime.now(UTC).isoformat()
        proposal = Proposal(number=number, change=change, body=body, proposer=proposer, reason=reason, at=at, revision=revision)
        self._put(proposal_items.put(proposal), "another proposal came first; try again")
        return proposal

    def withdraw(self, proposal: Proposal, *, actor: str, reason: str) -> Proposal:
        """Close one that is not to be. Raises StateConflict where it is closed meanwhile."""
        withdrawn = closed(proposal, "withdrawn", actor, reason)
        self._put(proposal_items.close(withdrawn), f"proposal {proposal.number} was closed meanwhile")
        return withdrawn

    def _put(self, put: dict[str, Any], otherwise: str) -> None:
        client = self._client()
        try:
            client.put_item(TableName=self._table, **put)
        except client.exceptions.ConditionalCheckFailedException:
            raise StateConflict(otherwise) from None

    def _query(self, query: dict[str, Any]) -> list[Proposal]:
        items = self._client().query(TableName=self._table, **query)["Items"]
        return [proposal_items.decode(item) for item in items]
