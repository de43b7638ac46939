"""A batch sees itself: the states that were read, as ingestion will leave them once it has taken what the batch decided."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from functions.score.state import Snapshot
from greenfraud.features.manifest import Manifest, View
from greenfraud.features.retention import without_expired
from greenfraud.features.tiles import ViewState
from greenfraud.items.decision import Decision

States = Mapping[str, ViewState | None]


def fold(snapshot: Snapshot, decision: Decision, manifest: Manifest) -> Snapshot:
    """What the next transaction of a batch reads, after this one was decided and stored.

    It adds what the ingestion of a decision adds (`Ingestion._changes_of_decision`), and drops what that drops. An entity that
    could not be read stays unread: its past is not known.
    """
    transaction = decision.transaction
    customer, terminal = manifest.views["customer_activity"], manifest.views["terminal_activity"]
    return replace(
        snapshot,
        customers=_after(snapshot.customers, customer, transaction.customer_id, decision),
        terminals=_after(snapshot.terminals, terminal, transaction.terminal_id, decision),
    )


def _after(states: States, view: View, identity: str | None, decision: Decision) -> States:
    if identity is None or identity not in states:
        return states
    before = states[identity] or ViewState.empty(view)
    transaction = decision.transaction
    after = before.add_transaction(transaction.occurred_us, transaction.amount_minor, decision.outcome)
    return {**states, identity: without_expired(after, time.time_ns() // 1000)}
