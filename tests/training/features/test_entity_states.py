"""Materialised states are what replaying the history would have left."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US
from training.features.entity_states import states_at
from training.features.history import LABELS, OUTCOME_COLUMNS, RELEASES, TRANSACTIONS, arrange

MANIFEST = load_manifest()
AS_OF_US = 17_700 * DAY_US + 5 * HOUR_US
RELEASE_US = 3 * DAY_US + 5
EVENTS = st.lists(
    st.tuples(
        st.integers(AS_OF_US - 110 * DAY_US, AS_OF_US + DAY_US),
        st.sampled_from(["C1", "C2", "C3"]),
        st.sampled_from(["T1", "T2", None]),
        st.one_of(st.integers(0, 10**6), st.integers(0, 10**12)),
        st.booleans(),
        st.sampled_from(["allow", "review", "block", "released"]),
    ),
    max_size=40,
)


def history_of(events):
    """The events as the lake would give them; a fraud is reported seven days later."""
    rows = [
        {
            "transaction_id": f"x{n}",
            "occurred_us": at,
            "customer_id": customer,
            "terminal_id": terminal,
            "amount_minor": amount,
            "decision": tried(outcome),
            "accepted_us": at if outcome == "allow" else None,
        }
        for n, (at, customer, terminal, amount, _, outcome) in enumerate(events)
    ]
    labels = [
        {"transaction_id": f"x{n}", "is_fraud": True, "observed_us": at + 7 * DAY_US, "source": "bank"}
        for n, (at, *_, is_fraud, _) in enumerate(events)
        if is_fraud
    ]
    released = [
        row | {"accepted_us": row["occurred_us"] + RELEASE_US}
        for row, event in zip(rows, events, strict=True)
        if is_released(event)
    ]
    schema = pa.schema([*TRANSACTIONS, *OUTCOME_COLUMNS])
    return arrange(*(pa.Table.from_pylist(*table) for table in ((rows, schema), (labels, LABELS), (released, RELEASES))))


def is_released(event):
    """A payment still to come was not released, and one that was made may be: now, or at a moment after it."""
    return event[5] == "released" and event[0] <= AS_OF_US


def tried(outcome):
    """What was decided: one that is released was held."""
    return "review" if outcome == "released" else outcome


def replayed(events, view):
    """The states by adding one event after the other."""
    states: dict[str, ViewState] = {}
    for event in events:
        at, customer, terminal, amount, is_fraud, outcome = event
        entity, other = (customer, terminal) if view.join_key == "customer_id" else (terminal, customer)
        if entity is None:
            continue
        state = states.get(entity, ViewState.empty(view))
        if at <= AS_OF_US:
            state = state.add_transaction(at, amount, tried(outcome), other)
        if is_released(event):
            state = state.add_release(at, at + RELEASE_US, amount)
        if is_fraud and at + 7 * DAY_US <= AS_OF_US:
            state = state.add_report(at + 7 * DAY_US)
        states[entity] = state
    return {entity: state.expire(AS_OF_US) for entity, state in states.items() if state.newest_us is not None}


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_states_equal_a_replay(events):
    """Every array and the newest time agree, for every entity that was seen; nobody else appears."""
    for view in MANIFEST.views.values():
        expected = replayed(events, view)
        states = states_at(history_of(events), view, AS_OF_US)
        assert set(states.ids) == set(expected)
        for row, entity in enumerate(states.ids):
            assert states.state(row) == expected[entity]
            assert {name: arrays[row] for name, arrays in states.arrays.items()} == expected[entity].lists()
            assert (states.newest_us[row], states.newest_report_us[row]) == (
                expected[entity].newest_us,
                expected[entity].newest_report_us,
            )
