"""The keys of the tables: what the template creates, readers ask by and writers condition on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

EXPIRY = "expires_at"  # epoch seconds, where a table's items expire
NUMBERS = {"revision", "rank"}  # every other part of a key is a string


class TableKey(NamedTuple):
    """Names of the attributes that make an item's key, or an index's."""

    partition: str
    sort: str | None = None

    @property
    def is_new(self) -> str:
        """The condition under which a put creates its item and replaces none."""
        return f"attribute_not_exists({self.partition})"

    @property
    def schema(self) -> list[dict[str, str]]:
        """The key as DynamoDB's CreateTable takes it."""
        sort = [] if self.sort is None else [{"AttributeName": self.sort, "KeyType": "RANGE"}]
        return [{"AttributeName": self.partition, "KeyType": "HASH"}, *sort]

    @property
    def attributes(self) -> list[dict[str, str]]:
        """The types of the key's attributes as DynamoDB's CreateTable takes them.

        >>> LEDGER.attributes[1]
        {'AttributeName': 'revision', 'AttributeType': 'N'}
        """
        names = [part["AttributeName"] for part in self.schema]
        return [{"AttributeName": name, "AttributeType": "N" if name in NUMBERS else "S"} for name in names]

    @property
    def definition(self) -> dict[str, Any]:
        """What CreateTable must be told of the key."""
        return {"KeySchema": self.schema, "AttributeDefinitions": self.attributes}


STATES = TableKey("entity_id")
RECEIPTS = TableKey("event_id")
DECISIONS = TableKey("transaction_id", "record")
CONTROL = TableKey("control_id")
LEDGER = TableKey("ledger", "revision")
LINEAGE = TableKey("family", "chunk")
LEASES = TableKey("lease")

REVIEWS_INDEX = "by_day"  # of the decisions
REVIEWS = TableKey("day", "rank")

# By the table's name in the template.
TABLES: Mapping[str, TableKey] = MappingProxyType(
    {
        "Customer": STATES,
        "Terminal": STATES,
        "Receipts": RECEIPTS,
        "Decisions": DECISIONS,
        "Control": CONTROL,
        "Ledger": LEDGER,
        "Lineage": LINEAGE,
        "Leases": LEASES,
    }
)
EXPIRING = frozenset({"Customer", "Terminal", "Receipts", "Decisions"})  # the others are history and stay
