"""Whoever tries again what was refused meets the same answer; what the customer usually pays is no repetition."""

from __future__ import annotations

import pytest
from events import CUSTOMER, MANIFEST, NOW_US

from greenfraud.features.interpreter import compute
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, MINUTE_US
from greenfraud.policy import DEFAULT_POLICY, Payment, judge

USUAL_MINOR = 3_000
# A month of payments of 30.00, and one of 200.00.
KNOWN = ViewState.empty(CUSTOMER).add_transaction(NOW_US - 40 * DAY_US, 20_000)
for day in range(1, 31):
    KNOWN = KNOWN.add_transaction(NOW_US - day * DAY_US, USUAL_MINOR)


def decided(state: ViewState, amount_minor: int, later_us: int = MINUTE_US) -> tuple[str, str]:
    """What the rules say of an amount alone, and beside a model; but for the rule on amounts, which has its own tests."""
    values = compute(MANIFEST, (state, None), NOW_US + later_us, amount_minor)
    with_rules_alone, beside = (judge(DEFAULT_POLICY, Payment(values, 0), probability).decision for probability in (None, 0.0))
    return with_rules_alone, beside


@pytest.mark.parametrize("again_minor", [50_000, 45_000, 120_000])
def test_a_declined_amount_is_declined_again_and_so_is_more_of_it(again_minor):
    """Also a tenth less; and beside a model, whatever that says."""
    assert decided(KNOWN.add_transaction(NOW_US, 50_000, "block"), again_minor) == ("block", "block")


@pytest.mark.parametrize("again_minor", [50_000, 45_000, 120_000])
def test_a_held_amount_is_held_again(again_minor):
    """Until somebody has looked, or an hour is over."""
    assert decided(KNOWN.add_transaction(NOW_US, 50_000, "review"), again_minor) == ("review", "review")


@pytest.mark.parametrize("outcome", ["block", "review"])
@pytest.mark.parametrize("usual_minor", [USUAL_MINOR, USUAL_MINOR * 3 // 2])
def test_what_the_customer_usually_pays_is_left_in_peace(outcome, usual_minor):
    """Whatever an attacker had refused a minute ago, large or tiny."""
    for refused_minor in (50_000, 12_000, 100, 0):
        assert decided(KNOWN.add_transaction(NOW_US, refused_minor, outcome), usual_minor) == ("allow", "allow")


def test_an_amount_far_above_the_mean_is_a_repetition_also_below_the_largest():
    """One dear payment of the last months makes four times the mean no habit."""
    assert decided(KNOWN.add_transaction(NOW_US, 12_000, "block"), 12_000) == ("block", "block")


def test_a_tiny_decline_blocks_nothing_and_asks_a_person_about_what_is_unusual():
    """Otherwise an attacker's cent would stop the customer for an hour."""
    assert decided(KNOWN.add_transaction(NOW_US, 100, "block"), 50_000) == ("review", "review")


def test_an_hour_later_the_model_decides_again():
    """Or an honest customer would be refused for ever."""
    assert decided(KNOWN.add_transaction(NOW_US, 50_000, "block"), 50_000, later_us=HOUR_US + 5 * MINUTE_US) == ("allow", "allow")


@pytest.mark.parametrize(
    ("outcome", "refused_minor", "again"),
    [("block", 50, "block"), ("review", 50, "review"), ("block", 0, "review"), ("review", 0, "review")],
)
def test_of_somebody_new_everything_from_the_refused_amount_on_is_a_repetition(outcome, refused_minor, again):
    """Nothing is known to be usual; a refused payment of nothing says nothing about amounts, and divides nothing."""
    state = ViewState.empty(CUSTOMER).add_transaction(NOW_US, refused_minor, outcome)
    assert decided(state, 50) == (again, again)


def test_payments_of_nothing_make_nothing_usual():
    """Neither a division by zero nor a repetition of everything."""
    free = ViewState.empty(CUSTOMER).add_transaction(NOW_US - DAY_US, 0).add_transaction(NOW_US, 0, "block")
    values = compute(MANIFEST, (free, None), NOW_US + MINUTE_US, 500)
    assert (values["amount_over_customer_declined_1h"], values["amount_over_customer_refused_1h"]) == (0.0, 500.0)
