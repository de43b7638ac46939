"""Who is forgotten, and under what they stand in each store."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from greenfraud.features.encoding import entity_id

JOIN_KEY = "customer_id"
# Shorter ids stand by chance in any content: they are searched for where a field says that it is a customer.
LONG_ENOUGH = 16


@dataclass(frozen=True)
class Person:
    """A customer as the stores name it, the name that takes its place, and what it has paid since it was forgotten."""

    customer_id: str
    pseudonym: str = ""
    at: float | None = None  # epoch seconds: what was decided later is a stranger's
    since: set[str] = field(default_factory=set)  # transactions decided later

    @property
    def entity_id(self) -> str:
        """The key of its online state, in Feast's spelling."""
        return entity_id(JOIN_KEY, self.customer_id)

    @property
    def words(self) -> list[bytes]:
        """What can be searched for in any content at all; nothing where the id is too short."""
        if len(self.customer_id) < LONG_ENOUGH:
            return [self.entity_id.encode()]
        return [self.customer_id.encode(), self.entity_id.encode()]

    def may_be_in(self, text: bytes) -> bool:
        """Tell quickly whether JSON text can name the person at all."""
        return self.customer_id.encode() in text or json.dumps(self.customer_id)[1:-1].encode() in text

    def is_row(self, customer_id: object, transaction_id: object) -> bool:
        """Tell whether a row is the person's, from before it was forgotten."""
        return customer_id == self.customer_id and transaction_id not in self.since
