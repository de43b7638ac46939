"""A batch sees itself: the states that were read, as ingestion will leave them once it has taken what the batch decided."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from functions.score.state import Snapshot
from greenfraud.features.manifest import Manifest, View
from greenfraud.features.retention import without_expired
from greenfraud.features.tiles import ViewState
from greenfraud.records import Transaction

States = Mapping[str, ViewState | None]


class Add(NamedTuple):
    """What a decided transaction adds to a state; `other` is whom the customer or terminal met."""

    occurred_us: int
    amount_minor: int
    outcome: str
    other: str | None


def fold(
    snapshot: Snapshot, transaction: Transaction, decision: str, manifest: Manifest, *, unless_in: Snapshot | None = None
) -> Snapshot:
    """What the next transaction of a batch reads, after this one was decided and stored.

    It adds what the ingestion of a decision adds (`Ingestion._changes_of_decision`), and drops what that drops. An entity that
    could not be read stays unread: its past is not known. A state that may have the transaction already, because `unless_in`
    has one that does not end before it, stays as it is, and its entity is unsettled: where the stream brought it a later event
    first, the transaction is missing.
    """
    payment = transaction.occurred_us, transaction.amount_minor, decision
    unsettled = _unsettled(unless_in, transaction) if unless_in else frozenset()
    customer = None if ("customer", transaction.customer_id) in unsettled else transaction.customer_id
    terminal = None if ("terminal", transaction.terminal_id) in unsettled else transaction.terminal_id
    return replace(
        snapshot,
        customers=_after(snapshot.customers, manifest.views["customer_activity"], customer, Add(*payment, transaction.terminal_id)),
        terminals=_after(snapshot.terminals, manifest.views["terminal_activity"], terminal, Add(*payment, transaction.customer_id)),
        unsettled=snapshot.unsettled | unsettled,
    )


def _unsettled(read: Snapshot, transaction: Transaction) -> frozenset[tuple[str, str]]:
    """Whose state, as it was read, knows something that is no earlier than the transaction."""
    known = {("customer", transaction.customer_id): read.customers.get(transaction.customer_id)}
    if transaction.terminal_id is not None:
        known["terminal", transaction.terminal_id] = read.terminals.get(transaction.terminal_id)
    return frozenset(
        entity
        for entity, state in known.items()
        if state is not None and state.newest_us is not None and state.newest_us >= transaction.occurred_us
    )


def _after(states: States, view: View, identity: str | None, add: Add) -> States:
    if identity is None or identity not in states:
        return states
    before = states[identity] or ViewState.empty(view)
    after = before.add_transaction(*add)
    return {**states, identity: without_expired(after, time.time_ns() // 1000)}
