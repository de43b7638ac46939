"""How many different ones were met: never more than there were, the same in any order, from attempts of every outcome."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.errors import ContractError
from greenfraud.features.declaration import SeriesDeclaration
from greenfraud.features.distinct import PLACES, WORDS, place_of
from greenfraud.features.interpreter import compute
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, MINUTE_US
from tests.greenfraud.events import CUSTOMER, MANIFEST, NOW_US, TERMINAL

visits = st.lists(
    st.tuples(
        st.integers(0, 3 * HOUR_US) | st.sampled_from([0, 1, HOUR_US - 1, HOUR_US, HOUR_US + 5 * MINUTE_US]),
        st.integers(0, 60).map("C{}".format),
        st.sampled_from(["allow", "review", "block"]),
    ),
    max_size=60,
)


def customers_at(state: ViewState, at_us: int = NOW_US) -> float | None:
    """How many different customers tried at the terminal within the hour before a moment."""
    return compute(MANIFEST, (None, state), at_us, 100)["terminal_customers_1h"]


def after(visited, state: ViewState | None = None) -> ViewState:
    """A terminal after customers tried so long ago."""
    state = state or ViewState.empty(TERMINAL)
    for ago_us, customer, outcome in visited:
        state = state.add_transaction(NOW_US - ago_us, 100, outcome, customer)
    return state


@given(visits)
@settings(deadline=None)
def test_it_is_the_number_of_different_places_and_never_above_that_of_customers(visited):
    """Counted one by one, of exactly the customers of the window: from the tile of an hour ago on."""
    first_us = (NOW_US - HOUR_US) // (5 * MINUTE_US) * 5 * MINUTE_US
    inside = {customer for ago_us, customer, _ in visited if NOW_US - ago_us >= first_us}
    found = customers_at(after(visited))
    assert found == len({place_of(customer) for customer in inside})
    assert found <= len(inside)


@given(visits, st.randoms())
@settings(deadline=None)
def test_the_order_is_nothing_and_whoever_comes_again_counts_once(visited, order):
    """Whatever writers race: sets of marks are united."""
    shuffled = visited * 2
    order.shuffle(shuffled)
    assert customers_at(after(shuffled)) == customers_at(after(visited))


def test_what_was_declined_or_held_counts_and_what_is_released_later_adds_nothing():
    """A guardrail counts attempts, as pace does."""
    state = after([(MINUTE_US, "C1", "block"), (MINUTE_US, "C2", "review"), (MINUTE_US, "C3", "allow")])
    assert customers_at(state) == 3.0
    assert customers_at(state.add_release(NOW_US - MINUTE_US, NOW_US - 1, 100)) == 3.0


@pytest.mark.parametrize(("customers", "found_on_average"), [(5, 4.9), (10, 9.7), (13, 12.5), (20, 18.9), (50, 44.0)])
def test_of_few_nearly_all_are_told_apart(customers, found_on_average):
    """Of ten customers two share a place in one case of five; a guardrail speaks an attempt later then."""
    chance = random.Random(57)
    found = [customers_at(after([(0, f"{chance.random()}", "allow") for _ in range(customers)])) for _ in range(200)]
    assert found_on_average < sum(found) / len(found) <= customers


def test_beyond_what_a_bitmap_holds_it_says_at_least_so_many():
    """It never turns over, and its state stays as small as it is."""
    state = after([(number * 1_000_000, f"C{number}", "allow") for number in range(3_000)])
    assert customers_at(state) == PLACES
    assert len(state.encode()["t_customers_m5"]) < 1_000


def test_a_payment_without_a_terminal_leaves_no_mark():
    """And no empty tile."""
    state = ViewState.empty(CUSTOMER).add_transaction(NOW_US, 100)
    assert state.tiles["c_terminals_h1"] == ((),) * 5
    assert compute(MANIFEST, (state, None), NOW_US, 100)["customer_terminals_1d"] == 0.0


@pytest.mark.parametrize(
    ("hours", "minutes", "terminals"), [(0, 0, 3.0), (23, 59, 3.0), (24, 0, 3.0), (25, 0, 0.0)], ids=lambda told: f"{told}"
)
def test_a_customers_terminals_are_those_of_a_day(hours, minutes, terminals):
    """To the hour, as every window of a day."""
    state = ViewState.empty(CUSTOMER)
    for terminal in ("T1", "T2", "T3", "T1"):
        state = state.add_transaction(NOW_US, 100, "allow", terminal)
    at_us = NOW_US + hours * HOUR_US + minutes * MINUTE_US
    assert compute(MANIFEST, (state, None), at_us, 100)["customer_terminals_1d"] == terminals


def test_nobody_seen_are_none():
    """As with every count, and a state of before the series existed has none either."""
    assert customers_at(ViewState.empty(TERMINAL)) == 0.0
    values = after([(0, "C1", "allow")]).encode()
    del values["t_customers_m5"]
    assert customers_at(ViewState.decode(TERMINAL, values)) == 0.0


def test_marks_expire_with_their_tiles():
    """Nobody's place is kept for longer than an hour and what arrives late needs."""
    state = after([(0, "C1", "allow")])
    assert state.expire(NOW_US + DAY_US).tiles["t_customers_m5"] == ((),) * 5


@pytest.mark.parametrize("measures", [WORDS[:2], ("count", *WORDS)])
def test_a_series_keeps_all_the_words_and_nothing_else(measures):
    """Half a bitmap would count half."""
    with pytest.raises(ContractError, match="distinct_3 count together"):
        SeriesDeclaration(name="s", hop="1h", measures=measures)
