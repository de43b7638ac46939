"""What is stored in the end, against what the payments add up to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.ingest.traffic import Payment
from greenfraud.features.manifest import View
from greenfraud.features.tiles import ViewState
from greenfraud.items import state


def sequential(view: View, made: Sequence[Payment]) -> dict[str, ViewState]:
    """The state of every entity of a view after the payments, one after the other."""
    states: dict[str, ViewState] = {}
    for payment in made:
        parties = payment.customer, payment.terminal
        entity, other = parties if view.join_key == "customer_id" else parties[::-1]
        state = states.get(entity, ViewState.empty(view))
        states[entity] = state.add_transaction(payment.occurred_us, payment.amount_minor, payment.outcome, other)
    return {entity: state.expire(state.newest_us or 0) for entity, state in states.items()}


def stored(client: Any, view: View, entity: str) -> ViewState:
    """The state that a reader sees."""
    item = client.get_item(TableName=view.table, Key=state.key_of(view, entity), ConsistentRead=True).get("Item")
    found = state.decode(view, item, time.time()) if item else None
    return found or ViewState.empty(view)


def lost_and_duplicated(expected: Mapping[str, int], found: Mapping[str, int]) -> tuple[int, int]:
    """How many of the counted things are missing, and how many are too many.

    >>> lost_and_duplicated({"C1": 3, "C2": 1}, {"C1": 2, "C2": 4})
    (1, 3)
    """
    missing = Counter(expected) - Counter(found)
    return missing.total(), (Counter(found) - Counter(expected)).total()


def count_of(state: ViewState) -> int:
    """How many transactions a state holds, in the tiles that reach back furthest."""
    counted = [series for series in state.view.series if series.measures[0] == "count"]
    longest = max(counted, key=lambda series: series.retention_us)
    return sum(state.tiles[longest.name][1])
