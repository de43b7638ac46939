"""What values can be at all, and what conditions leave of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.features.manifest import load_manifest
from greenfraud.features.request_formulas import REQUEST_FORMULAS
from greenfraud.features.state_formulas import STATE_FORMULAS
from greenfraud.policy.conditions import COMPARE, Condition, are_met, compiled
from greenfraud.policy.domains import ANY, COUNT, DIFFERENT, FLAG, OF_KIND, POSITIVE, Domain, Room, domains_of, room_of

NUMBERS = st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 207.0, 208.0, 209.0, 1e300])
DOMAINS = st.sampled_from([ANY, POSITIVE, FLAG, COUNT, DIFFERENT])
CONDITIONS = st.lists(st.builds(Condition, st.just("x"), st.sampled_from([*COMPARE]), NUMBERS, st.none()), max_size=5)


def has(room: Room, value: float) -> bool:
    """Whether a value lies within."""
    above = value > room.low or (value == room.low and not room.is_low_open)
    below = value < room.high or (value == room.high and not room.is_high_open)
    return above and below and value not in room.without


def can_be(domain: Domain, value: float) -> bool:
    """Whether a value is one of a domain."""
    return domain.low <= value <= domain.high and (not domain.is_whole or value.is_integer())


@given(DOMAINS, CONDITIONS, NUMBERS)
def test_a_value_lies_within_what_conditions_leave_where_it_meets_them(domain, conditions, value):
    """And nowhere else."""
    if can_be(domain, value):
        assert has(room_of(domain, conditions), value) == are_met(compiled(conditions), {"x": value})


@given(DOMAINS, CONDITIONS, st.randoms())
def test_of_conditions_in_another_order_and_twice_the_same_is_left(domain, conditions, random):
    """Rules that say the same are found to, however they are written."""
    shuffled = [*conditions, *conditions]
    random.shuffle(shuffled)
    assert room_of(domain, shuffled) == room_of(domain, conditions)


@pytest.mark.parametrize(
    ("domain", "tests", "is_empty"),
    [
        (POSITIVE, [(">", 5.0), ("<", 5.0)], True),
        (POSITIVE, [(">=", 5.0), ("<=", 5.0)], False),
        (POSITIVE, [(">=", 5.0), ("<=", 5.0), ("!=", 5.0)], True),
        (POSITIVE, [(">", 5.0), ("<", 5.1)], False),
        (COUNT, [(">", 5.0), ("<", 6.0)], True),
        (COUNT, [(">=", 1e300)], True),
        (FLAG, [("!=", 0.0), ("!=", 1.0)], True),
    ],
)
def test_nothing_is_left_where_no_number_meets_all_and_only_there(domain, tests, is_empty):
    """Between two whole numbers lies none."""
    assert room_of(domain, [Condition("x", *test) for test in tests]).is_empty == is_empty


@pytest.mark.parametrize("kind", sorted({*REQUEST_FORMULAS, *STATE_FORMULAS}))
def test_of_every_kind_of_feature_it_is_said_what_it_can_be(kind):
    """A new one must not be believed to be anything, silently."""
    assert kind in OF_KIND


def test_features_know_what_they_can_be_by_how_they_are_computed():
    """Not by their names: a declared entity has names of its own."""
    domains = domains_of(load_manifest())
    assert (domains["is_night"], domains["terminal_customers_1h"], domains["customer_count_90d"]) == (FLAG, DIFFERENT, COUNT)
    assert domains["amount_z_score_30d"] == ANY


def test_what_is_read_in_place_of_a_missing_value_can_be_too():
    """A condition on it would be refused, and hold."""
    manifest = load_manifest()
    domains = domains_of(manifest)
    assert all(one.default is None or can_be(domains[one.name], one.default) for one in manifest.features)
