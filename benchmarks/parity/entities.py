"""Whose states an event reads and changes, and how it is found again."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.parity.outcomes import Told
from greenfraud.features.manifest import load_manifest
from greenfraud.items import decision, label, receipt, release
from greenfraud.records import Label, Release, Transaction


class Sent(NamedTuple):
    """Something that was sent to the API, and the receipts that ingestion writes once it counts."""

    transaction_id: str
    entities: frozenset[str]
    at_us: int
    event_ids: tuple[str, ...]

    @classmethod
    def scored(cls, transaction: Transaction) -> Sent:
        """Return what is known of a transaction that was decided."""
        event_id = receipt.event_id(transaction.transaction_id, decision.KIND)
        return cls(transaction.transaction_id, entities_of(transaction), transaction.occurred_us, (event_id,))

    @classmethod
    def told(cls, told: Told) -> Sent:
        """Return what is known of a report, or of a payment that was let go, by a label too."""
        name, body = told.about.transaction_id, told.body
        lets_go = isinstance(body, Release) or not body.is_fraud
        records = [label.record(0)] * isinstance(body, Label) + [release.KIND] * lets_go
        return cls(name, entities_of(told.about), told.at_us, tuple(receipt.event_id(name, record) for record in records))


def entities_of(transaction: Transaction) -> frozenset[str]:
    """Whose state a transaction reads and changes."""
    named = ((view.kind, transaction.entity(view.join_key)) for view in load_manifest().views.values())
    return frozenset(f"{kind} {identity}" for kind, identity in named if identity is not None)
