"""Peer of ingestion: what a push to a stock online store does per event and view.

It reads the row, changes it and puts it back, as feast's `push` into DynamoDB does with features that a stream processor
computed from the row before; no condition, no receipt, no transaction.
"""

from __future__ import annotations

from typing import Any

KEY = "entity_id"


class StockPush:
    """Counts and sums per customer and per terminal in two tables keyed by `entity_id`."""

    def __init__(self, client: Any, customers: str, terminals: str) -> None:
        self._client = client
        self._tables = (customers, terminals)

    def push(self, customer: str, terminal: str, amount_minor: int) -> None:
        """Take one event in: two reads and two writes."""
        for table, entity in zip(self._tables, (customer, terminal), strict=True):
            count, total = self.row(table, entity)
            item = {KEY: {"S": entity}, "count": {"N": str(count + 1)}, "amount_minor": {"N": str(total + amount_minor)}}
            self._client.put_item(TableName=table, Item=item)

    def row(self, table: str, entity: str) -> tuple[int, int]:
        """Return count and sum of an entity."""
        item = self._client.get_item(TableName=table, Key={KEY: {"S": entity}}, ConsistentRead=True).get("Item")
        return (int(item["count"]["N"]), int(item["amount_minor"]["N"])) if item else (0, 0)
