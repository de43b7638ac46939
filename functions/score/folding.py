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
    """What a decided transaction adds to a state."""

    occurred_us: int
    amount_minor: int
    outcome: str


def fold(
    snapshot: Snapshot, transaction: Transaction, decision: str, manifest: Manifest, *, unless_in: Snapshot | None = None
) -> Snapshot:
    """What the next transaction of a batch reads, after this one was decided and stored.

    It adds what the ingestion of a decision adds (`Ingestion._changes_of_decision`), and drops what that drops. An entity that
    could not be read stays unread: its past is not known. A state that may have the transaction already, because `unless_in`
    has one that does not end before it, stays as it is.
    """
    add = Add(transaction.occurred_us, transaction.amount_minor, decision)
    known_customers, known_terminals = (unless_in.customers, unless_in.terminals) if unless_in else ({}, {})
    customer, terminal = manifest.views["customer_activity"], manifest.views["terminal_activity"]
    return replace(
        snapshot,
        customers=_after(snapshot.customers, known_customers, customer, transaction.customer_id, add),
        terminals=_after(snapshot.terminals, known_terminals, terminal, transaction.terminal_id, add),
    )


def _after(states: States, known: States, view: View, identity: str | None, add: Add) -> States:
    if identity is None or identity not in states:
        return states
    newest_us = (known.get(identity) or ViewState.empty(view)).newest_us
    if newest_us is not None and newest_us >= add.occurred_us:
        return states
    before = states[identity] or ViewState.empty(view)
    after = before.add_transaction(*add)
    return {**states, identity: without_expired(after, time.time_ns() // 1000)}
