"""The control document and its ledger in DynamoDB: every copy and the ledger entry change in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from functions.control.ledger import Entry
from greenfraud.control import COPIES, ControlDocument, copy_id
from greenfraud.errors import StateConflict

LEDGER = "promotions"


class Stage:
    """What is in production, and how it came there."""

    def __init__(self, client: Callable[[], Any], control_table: str, ledger_table: str) -> None:
        self._client = client
        self._control_table = control_table
        self._ledger_table = ledger_table

    def current(self) -> ControlDocument:
        """The document in force; before the first promotion the one that names no model."""
        key = {"control_id": {"S": copy_id(0)}}
        response = self._client().get_item(TableName=self._control_table, Key=key, ConsistentRead=True)
        return ControlDocument.decode(response["Item"]["document"]["S"]) if "Item" in response else ControlDocument()

    def entries(self) -> list[dict[str, Any]]:
        """The ledger, oldest first."""
        pages = (
            self._client()
            .get_paginator("query")
            .paginate(
                TableName=self._ledger_table,
                ConsistentRead=True,
                KeyConditionExpression="ledger = :ledger",
                ExpressionAttributeValues={":ledger": {"S": LEDGER}},
            )
        )
        return [json.loads(item["document"]["S"]) for page in pages for item in page["Items"]]

    def replace(self, document: ControlDocument, entry: Entry) -> None:
        """Put revision n + 1 where n stands; raises StateConflict when another change came first."""
        client = self._client()
        copies = [self._put_copy(document, index) for index in range(COPIES)]
        try:
            client.transact_write_items(TransactItems=[*copies, self._put_entry(entry)])
        except client.exceptions.TransactionCanceledException as error:
            raise StateConflict(f"revision {document.revision - 1} is no longer current; try again") from error

    def _put_copy(self, document: ControlDocument, index: int) -> dict[str, Any]:
        item = {
            "control_id": {"S": copy_id(index)},
            "document": {"S": document.encode()},
            "revision": {"N": str(document.revision)},
        }
        return _put(
            self._control_table,
            item,
            ConditionExpression="attribute_not_exists(control_id) OR revision = :before",
            ExpressionAttributeValues={":before": {"N": str(document.revision - 1)}},
        )

    def _put_entry(self, entry: Entry) -> dict[str, Any]:
        item = {
            "ledger": {"S": LEDGER},
            "revision": {"N": str(entry.revision)},
            "document": {"S": json.dumps(entry.to_json())},
        }
        return _put(self._ledger_table, item, ConditionExpression="attribute_not_exists(ledger)")


def _put(table: str, item: dict[str, Any], **condition: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": item, **condition}}
