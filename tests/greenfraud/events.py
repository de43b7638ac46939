"""Random histories of one customer and one terminal, and states built from them."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, MINUTE_US

MANIFEST = load_manifest()
CUSTOMER = MANIFEST.views["customer_activity"]
TERMINAL = MANIFEST.views["terminal_activity"]
NOW_US = 17_700 * DAY_US + 5 * HOUR_US + 7 * MINUTE_US

# Hours and days are drawn apart from microseconds, so that borders of tiles are met often.
instants = st.builds(
    lambda days, hours, jitter: NOW_US - days * DAY_US - hours * HOUR_US - jitter,
    st.integers(0, 100),
    st.integers(0, 26),
    st.sampled_from([0, 1, 7 * MINUTE_US, 7 * MINUTE_US + 1, HOUR_US - 1, 4 * MINUTE_US]),
)
amounts = st.one_of(st.integers(0, 10**5), st.integers(0, 10**12), st.sampled_from([0, 10**6, 10**12]))
transactions = st.lists(st.tuples(instants, amounts), max_size=25)
reports = st.lists(instants, max_size=12)


def customer_state(events: Iterable[tuple[int, int]]) -> ViewState:
    """Return the customer's state after the transactions."""
    state = ViewState.empty(CUSTOMER)
    for occurred_us, amount_minor in events:
        state = state.add_transaction(occurred_us, amount_minor)
    return state


def terminal_state(events: Iterable[tuple[int, int]], observed: Iterable[int] = ()) -> ViewState:
    """Return the terminal's state after the transactions and reports."""
    state = ViewState.empty(TERMINAL)
    for occurred_us, amount_minor in events:
        state = state.add_transaction(occurred_us, amount_minor)
    for observed_us in observed:
        state = state.add_report(observed_us)
    return state
