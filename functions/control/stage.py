"""The control document and its ledger in DynamoDB: every copy and the ledger entry change in one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from functions.control.archive import Archive
from greenfraud.control import ControlDocument
from greenfraud.errors import ContractError, StateConflict
from greenfraud.items import control as control_items
from greenfraud.items import ledger as ledger_items
from greenfraud.items import proposal as proposal_items
from greenfraud.items.ledger import Entry
from greenfraud.items.proposal import Proposal
from greenfraud.ledger_chain import Stored, chained_to, digest_after, digest_of


class Stage:
    """What is in production, and how it came there."""

    def __init__(self, client: Callable[[], Any], control_table: str, ledger_table: str, archive: Archive) -> None:
        self._client = client
        self._control_table = control_table
        self._ledger_table = ledger_table
        self._archive = archive

    def current(self) -> ControlDocument:
        """The document in force, the newest of its copies. Raises DamagedItem where no copy is whole."""
        return control_items.read_newest(self._copy)

    def _copy(self, key: dict[str, Any]) -> dict[str, Any] | None:
        item: dict[str, Any] | None = (
            self._client().get_item(TableName=self._control_table, Key=key, ConsistentRead=True).get("Item")
        )
        return item

    def entries(self) -> list[dict[str, Any]]:
        """The ledger, oldest first."""
        return [ledger_items.decode(item) for item in self._items()]

    def _items(self) -> list[dict[str, Any]]:
        pages = self._client().get_paginator("query").paginate(TableName=self._ledger_table, **ledger_items.all_entries())
        return [item for page in pages for item in page["Items"]]

    def replace(self, document: ControlDocument, entry: Entry, closed: Proposal | None = None) -> None:
        """Put revision n + 1 where n stands, and with it close the proposal that asked for it.

        Raises StateConflict when another change came first, ContractError that names the copies where it was refused because
        they are damaged.
        """
        client, newest = self._client(), self._newest()
        entry = dataclasses.replace(entry, chained_to=self._digest(newest))
        puts = [(self._control_table, control_items.put(document, index)) for index in range(control_items.COPIES)]
        puts.append((self._ledger_table, ledger_items.put(entry)))
        if closed is not None:
            puts.append((self._ledger_table, proposal_items.close(closed)))
        try:
            client.transact_write_items(TransactItems=[{"Put": {"TableName": table, **put}} for table, put in puts])
        except client.exceptions.TransactionCanceledException as error:
            if damages := control_items.damages(self._copy):
                raise ContractError(f"copies of the control document are damaged: {'; '.join(damages)}") from None
            raise StateConflict(f"revision {document.revision - 1} is no longer current; try again") from error
        # The one before is usually there: it is not where its writer ended between transaction and copy.
        self._archive.keep(*(one for one in (newest, Stored(entry.revision, entry.text)) if one is not None))

    def _newest(self) -> Stored | None:
        """The newest entry, which may be the work of another change that came first: the transaction finds that."""
        items = self._client().query(TableName=self._ledger_table, **ledger_items.newest_entry())["Items"]
        return ledger_items.stored(items[0]) if items else None

    def _digest(self, newest: Stored | None) -> str:
        """The digest of all entries so far; where the newest holds none, an earlier release wrote it, and all are read."""
        if newest is not None and (before := chained_to(newest.text)) is not None:
            return digest_after(before, newest.text)
        return digest_of([ledger_items.stored(item) for item in self._items()])
