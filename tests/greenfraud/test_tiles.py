"""The state is a monoid of tiles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.errors import ContractError
from greenfraud.features.encoding import encode_int64_list
from greenfraud.features.interpreter import compute
from greenfraud.features.tiles import ViewState
from greenfraud.features.windows import TileRange
from greenfraud.instants import DAY_US, HOUR_US
from tests.greenfraud.events import (
    CUSTOMER,
    MANIFEST,
    NOW_US,
    TERMINAL,
    customer_state,
    reports,
    terminal_state,
    transactions,
)


@given(events=transactions, order=st.randoms())
def test_the_order_of_events_does_not_matter(events, order):
    """Late and early events end in the same state."""
    shuffled = list(events)
    order.shuffle(shuffled)
    assert customer_state(shuffled) == customer_state(events)


@given(events=transactions, observed=reports, order=st.randoms())
def test_reports_and_transactions_may_come_in_any_order(events, observed, order):
    """A terminal's state, with the time of its newest report, does not tell who came first."""
    adders = [lambda state, event=event: state.add_transaction(*event) for event in events]
    adders += [lambda state, at_us=at_us: state.add_report(at_us) for at_us in observed]
    order.shuffle(adders)
    shuffled = ViewState.empty(TERMINAL)
    for add in adders:
        shuffled = add(shuffled)
    assert shuffled == terminal_state(events, observed)
    assert shuffled.newest_report_us == max(observed, default=None)


@given(events=transactions, observed=reports)
def test_a_state_survives_its_encoding(events, observed):
    """What is stored is what is read."""
    for state in (terminal_state(events, observed), customer_state(events)):
        encoded = state.encode()
        assert tuple(encoded) == state.view.columns
        assert ViewState.decode(state.view, encoded) == state


@settings(deadline=None)
@given(events=transactions, observed=reports, later_us=st.integers(0, 100 * DAY_US))
def test_expiry_never_changes_a_covered_window(events, observed, later_us):
    """No value at or after the moment of expiry misses a tile."""
    customer, terminal = customer_state(events), terminal_state(events, observed)
    whole = compute(MANIFEST, (customer, terminal), NOW_US + later_us, 1234)
    assert compute(MANIFEST, (customer.expire(NOW_US), terminal.expire(NOW_US)), NOW_US + later_us, 1234) == whole


@given(events=transactions)
def test_expiry_leaves_slack_for_a_late_score(events):
    """A transaction scored an hour late still sees all its windows."""
    customer = customer_state(events)
    late_us = NOW_US - HOUR_US
    whole = compute(MANIFEST, (customer, None), late_us, 1234)
    assert compute(MANIFEST, (customer.expire(NOW_US), None), late_us, 1234) == whole


@given(events=transactions, old_us=st.integers(100 * DAY_US, 130 * DAY_US))
def test_an_event_older_than_every_window_expires_again(events, old_us):
    """Adding an ancient event after expiry gives the state of adding it before."""
    state, ancient = customer_state(events), (NOW_US - old_us, 500)
    assert (
        state.expire(NOW_US).add_transaction(*ancient).expire(NOW_US).tiles == state.add_transaction(*ancient).expire(NOW_US).tiles
    )


def test_a_late_event_lands_in_its_tile():
    """The tile of an hour ago counts what arrives only now."""
    state = customer_state([(NOW_US, 100), (NOW_US - HOUR_US, 250)])
    hour = (NOW_US - HOUR_US) // HOUR_US
    assert (
        state.total("c_accepted_h1", 1, TileRange(hour, hour + 1)),
        state.total("c_accepted_h1", 2, TileRange(hour, hour + 1)),
    ) == (1, 250)
    assert state.newest_us == NOW_US


def test_the_largest_amount_of_a_tile_is_kept_and_not_added():
    """A maximum combines as the sums beside it do, tile by tile."""
    state = customer_state([(NOW_US, 100), (NOW_US, 700), (NOW_US, 300)])
    day = NOW_US // DAY_US
    positions = {name: CUSTOMER.position("c_accepted_d1", name) for name in ("accepted", "largest")}
    totals = {name: state.total("c_accepted_d1", at, TileRange(day, day + 1)) for name, at in positions.items()}
    assert totals == {"accepted": 3, "largest": 700}


def test_squares_are_capped_and_the_rest_of_the_amount_is_kept_apart():
    """Sums of squares stay exact in a double for 9,007 payments of any amount."""
    state = customer_state([(NOW_US, 10**12)])
    day = NOW_US // DAY_US
    names = ("amount_minor", "excess_minor", "square")
    totals = [state.total("c_accepted_d1", CUSTOMER.position("c_accepted_d1", name), TileRange(day, day + 1)) for name in names]
    assert totals == [10**12, 10**12 - 10**6, 10**12]
    assert 9_007 * 10**12 < 2**53


def test_a_report_leaves_a_customer_unchanged():
    """Customers keep no reports; the terminal's state counts them."""
    state = customer_state([(NOW_US, 100)])
    assert state.add_report(NOW_US + 1) is state


def test_a_feature_added_later_reads_as_empty():
    """An item written before a series existed is still a state."""
    values = customer_state([(NOW_US, 100)]).encode()
    del values["c_accepted_m5"]
    assert ViewState.decode(CUSTOMER, values).tiles["c_accepted_m5"] == ((), (), ())


def test_a_cut_off_array_is_refused():
    """Half a tile means that another writer wrote something else."""
    with pytest.raises(ContractError, match="c_accepted_h1 holds 2 numbers"):
        ViewState.decode(CUSTOMER, {"c_accepted_h1": encode_int64_list([1, 2])})


@given(
    events=transactions, order=st.randoms(), chosen=st.lists(st.sampled_from(["allow", "review", "block", "release"]), max_size=25)
)
def test_outcomes_and_releases_may_come_in_any_order(events, order, chosen):
    """A release may even be known before the attempt that it is about."""
    adders = []
    for (at_us, amount), outcome in zip(events, chosen, strict=False):
        tried = "review" if outcome == "release" else outcome
        adders.append(lambda state, at=at_us, amount=amount, tried=tried: state.add_transaction(at, amount, tried))
        if outcome == "release":
            adders.append(lambda state, at=at_us, amount=amount: state.add_release(at, at + HOUR_US, amount))
    states = []
    for _ in range(2):
        state = ViewState.empty(CUSTOMER)
        for add in adders:
            state = add(state)
        states.append(state)
        order.shuffle(adders)
    assert states[0] == states[1]


def test_only_what_is_accepted_is_usual():
    """A declined or held payment is an attempt; released, it counts from then on, and its customer was seen when it was tried."""
    state = customer_state([(NOW_US - DAY_US, 4_000)])
    tried = state.add_transaction(NOW_US, 50_000, "block").add_transaction(NOW_US, 60_000, "review")
    untouched = [series.name for series in CUSTOMER.series if series.measures[0] == "accepted"]
    assert [tried.tiles[name] for name in untouched] == [state.tiles[name] for name in untouched]
    day = TileRange(0, NOW_US // DAY_US + 2)
    assert [tried.total(name, 1, day) for name in ("c_tried_d1", "c_declined_d1", "c_accepted_d1")] == [3, 1, 1]
    released = tried.add_release(NOW_US, NOW_US + DAY_US, 60_000)
    assert released.total("c_accepted_d1", CUSTOMER.position("c_accepted_d1", "largest"), day) == 60_000
    assert released.newest_us == NOW_US
