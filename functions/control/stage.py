"""The control document and its ledger in DynamoDB: every copy and the ledger entry change in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenfraud.control import ControlDocument
from greenfraud.errors import ContractError, StateConflict
from greenfraud.items import control as control_items
from greenfraud.items import ledger as ledger_items
from greenfraud.items.ledger import Entry


class Stage:
    """What is in production, and how it came there."""

    def __init__(self, client: Callable[[], Any], control_table: str, ledger_table: str) -> None:
        self._client = client
        self._control_table = control_table
        self._ledger_table = ledger_table

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
        pages = self._client().get_paginator("query").paginate(TableName=self._ledger_table, **ledger_items.all_entries())
        return [ledger_items.decode(item) for page in pages for item in page["Items"]]

    def replace(self, document: ControlDocument, entry: Entry) -> None:
        """Put revision n + 1 where n stands; raises StateConflict when another change came first.

        Raises ContractError that names the copies where it was refused because they are damaged.
        """
        client = self._client()
        puts = [(self._control_table, control_items.put(document, index)) for index in range(control_items.COPIES)]
        puts.append((self._ledger_table, ledger_items.put(entry)))
        try:
            client.transact_write_items(TransactItems=[{"Put": {"TableName": table, **put}} for table, put in puts])
        except client.exceptions.TransactionCanceledException as error:
            if damages := control_items.damages(self._copy):
                raise ContractError(f"copies of the control document are damaged: {'; '.join(damages)}") from None
            raise StateConflict(f"revision {document.revision - 1} is no longer current; try again") from error
