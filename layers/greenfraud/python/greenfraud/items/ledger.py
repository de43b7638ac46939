"""An entry of the ledger of promotions: who changed production to what, when and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from greenfraud.control import ControlDocument, ModelRef
from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import LEDGER
from greenfraud.ledger_chain import Stored

KIND = "ledger entry"
NAME = "promotions"  # of the one ledger that the table holds
APPLY_POLICY, UNDO_POLICY = "policy", "policy-undo"  # what an entry about the policy says was done
PROMOTE, ROLL_BACK, SHADOW, CANARY = "promote", "rollback", "shadow", "canary"  # and one about models


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One change of production, with the figures it was decided on; `control` is the document that it left.

    `chained_to` is the digest of all entries before it (`greenfraud.ledger_chain`). Where a second person was asked, `actor` is
    who approved, and `proposed_by` who proposed; an emergency is a change that nobody was asked for. `request_id` is the caller's
    name for the request, by which one that is sent again is known. `changes` tell what another production changes
    (`greenfraud.items.changes`), or a `reason` why they do not; of any other change, and of earlier releases, they are empty.
    """

    revision: int
    verb: str
    at: str
    actor: str
    reasons: Sequence[str]
    production: ModelRef | None
    previous: ModelRef | None
    execution: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    emissions: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    control: dict[str, Any] = field(default_factory=dict)
    proposal: int | None = None
    proposed_by: str | None = None
    is_emergency: bool = False
    request_id: str | None = None
    chained_to: str | None = None

    @classmethod
    def of(cls, before: ControlDocument, after: ControlDocument, **told: Any) -> Entry:
        """Return the entry of a change that is made now; `told` are the other fields."""
        return cls(
            revision=after.revision,
            at=datetime.now(UTC).isoformat(),
            production=after.production,
            previous=before.production,
            control=after.to_json(),
            **told,
        )

    @property
    def text(self) -> str:
        """What is stored, chained and copied, letter by letter."""
        return json.dumps(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {
            **vars(self),
            "reasons": list(self.reasons),
            "production": self.production and self.production.to_json(),
            "previous": self.previous and self.previous.to_json(),
        }


def put(entry: Entry) -> dict[str, Any]:
    """Return the parameters of a put, without its table, that only succeeds where no entry stands."""
    item = {
        LEDGER.partition: {"S": NAME},
        "revision": {"N": str(entry.revision)},
        "document": {"S": entry.text},
    }
    return {"Item": item, "ConditionExpression": LEDGER.is_new}


def is_newest(revision: int) -> dict[str, Any]:
    """Return the parameters of a condition check, without its table, that holds while no change came after this revision."""
    return {"Key": {LEDGER.partition: {"S": NAME}, "revision": {"N": str(revision + 1)}}, "ConditionExpression": LEDGER.is_new}


def newest_entry() -> dict[str, Any]:
    """Return the parameters of the query, without its table, that finds the newest entry."""
    return {**all_entries(), "ScanIndexForward": False, "Limit": 1}


def document_of(entry: Mapping[str, Any]) -> ControlDocument:
    """Return the control document that a change left, from the stored form of its entry; older entries tell production alone.

    Raises ContractError.
    """
    if control := entry.get("control"):
        return ControlDocument.from_json(control)
    production = entry["production"]
    return ControlDocument(revision=entry["revision"], production=production and ModelRef.from_json(production))


def all_entries() -> dict[str, Any]:
    """Return the parameters of the query, without its table, that finds every entry, oldest first."""
    return {
        "ConsistentRead": True,
        "KeyConditionExpression": f"{LEDGER.partition} = :ledger",
        "ExpressionAttributeValues": {":ledger": {"S": NAME}},
    }


def stored(item: Item) -> Stored:
    """Return the text of an entry as it is, and the revision of its key. Raises DamagedItem."""
    read = Attributes(item, KIND)
    return Stored(read.read("revision", "N", int), read.text("document"))


def decode(item: Item) -> dict[str, Any]:
    """Return the stored form of an entry. Raises DamagedItem."""
    return Attributes(item, KIND).parsed("document", _entry)


def _entry(text: str) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(text)
    for name in ("revision", "verb", "production"):
        entry[name]
    return entry
