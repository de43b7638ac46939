"""A batch sees itself: the states that were read, as ingestion will leave them once it has taken what the batch decided."""

from __future__ import annotations

import time
from dataclasses import replace

from functions.score.state import Snapshot, entities_of
from greenfraud.features.manifest import Manifest, View
from greenfraud.features.retention import without_expired
from greenfraud.features.tiles import ViewState
from greenfraud.records import Transaction


def fold(
    snapshot: Snapshot, transaction: Transaction, decision: str, manifest: Manifest, *, unless_in: Snapshot | None = None
) -> Snapshot:
    """What the next transaction of a batch reads, after this one was decided and stored.

    It adds what the ingestion of a decision adds (`Ingestion._changes_of_decision`), and drops what that drops. An entity that
    could not be read stays unread: its past is not known. A state that may have the transaction already, because `unless_in`
    has one that does not end before it, stays as it is, and its entity is unsettled: where the stream brought it a later event
    first, the transaction is missing.
    """
    entities = entities_of(transaction, manifest)
    unsettled = frozenset(one for one in entities if unless_in is not None and _may_have(unless_in.states.get(one), transaction))
    changed = {
        one: _after(snapshot.states[one], manifest.views[one[0]], transaction, decision)
        for one in entities
        if one in snapshot.states and one not in unsettled
    }
    return replace(snapshot, states={**snapshot.states, **changed}, unsettled=snapshot.unsettled | unsettled)


def _may_have(state: ViewState | None, transaction: Transaction) -> bool:
    """Whether a state, as it was read, knows something that is no earlier than the transaction."""
    return state is not None and state.newest_us is not None and state.newest_us >= transaction.occurred_us


def _after(before: ViewState | None, view: View, transaction: Transaction, decision: str) -> ViewState:
    payment, other = (transaction.occurred_us, transaction.amount_minor, decision), transaction.met(view.join_key)
    after = (before or ViewState.empty(view)).add_transaction(*payment, other, transaction.extras)
    return without_expired(after, time.time_ns() // 1000)
