"""Decisions in money: the cheapest outcome, the thresholds that follow from it, and the price of a team's hours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.policy import DECISIONS, SEVERITY
from greenfraud.policy.money import Money, price_of_reviews

moneys = st.builds(
    Money,
    review=st.integers(0, 5_000),
    blocked_good=st.integers(1, 20_000),
    loss_share=st.floats(0.0, 2.0),
    loss_fixed=st.integers(0, 5_000),
    challenge=st.none() | st.integers(0, 2_000),
    challenge_stops=st.floats(0.0, 1.0),
    review_finds=st.floats(0.0, 1.0),
    review_price=st.floats(0.0, 3_000.0),
)
amounts = st.integers(0, 1_000_000)
probabilities = st.floats(0.0, 1.0)


def cost(money: Money, outcome: str, probability: float, amount_minor: int) -> float:
    """By hand, as the guide's table says it."""
    loss = money.loss_share * amount_minor + money.loss_fixed
    return {
        "allow": probability * loss,
        "challenge": (money.challenge or 0) + probability * (1 - money.challenge_stops) * loss,
        "review": money.review + money.review_price + probability * (1 - money.review_finds) * loss,
        "block": (1 - probability) * money.blocked_good,
    }[outcome]


@settings(max_examples=100)
@given(moneys, probabilities, amounts)
def test_the_outcome_of_the_least_expected_cost_is_chosen(money, probability, amount_minor):
    """Challenges only where their cost is stated."""
    outcomes = [one for one in DECISIONS if one != "challenge" or money.challenge is not None]
    least = min(cost(money, one, probability, amount_minor) for one in outcomes)
    chosen = money.decide(probability, amount_minor)
    assert chosen in outcomes
    assert cost(money, chosen, probability, amount_minor) == pytest.approx(least, rel=1e-9, abs=1e-6)


@settings(max_examples=100)
@given(moneys, probabilities, amounts)
def test_the_thresholds_that_are_shown_are_those_that_decide(money, probability, amount_minor):
    """At every probability that is no threshold itself."""
    steps = money.steps(amount_minor)
    assert [step.probability for step in steps] == sorted(step.probability for step in steps)
    shown = [step for step in steps if step.probability <= probability][-1].outcome
    decided = money.decide(probability, amount_minor)
    costs = [cost(money, one, probability, amount_minor) for one in (shown, decided)]
    assert costs[0] == pytest.approx(costs[1], rel=1e-6, abs=1e-3)


@settings(max_examples=60)
@given(moneys, st.integers(0, 8), st.lists(st.tuples(probabilities, amounts), max_size=25))
def test_at_the_price_of_reviews_the_model_asks_for_no_more_than_the_team_can_do(money, reviews_a_day, scored):
    """And without need a review has no price."""
    limited = Money(**{**money.to_json(), "review_price": 0.0, "reviews_a_day": reviews_a_day})
    price = price_of_reviews(limited, scored, days=1.0)
    priced = Money(**{**limited.to_json(), "review_price": price + 1e-6})
    asked = [sum(one.decide(*payment) == "review" for payment in scored) for one in (limited, priced)]
    assert asked[1] <= reviews_a_day
    assert price == 0.0 or asked[0] > reviews_a_day or price < 1e-6


def test_reviews_that_rules_ask_for_leave_less_room():
    """They are done first: rules ask whatever the price is."""
    money = Money(review=500, blocked_good=2_000, reviews_a_day=2)
    scored = [(0.1, 6_000), (0.1, 10_000), (0.1, 20_000)]
    assert price_of_reviews(money, scored, days=1.0) == 100.0
    assert price_of_reviews(money, scored, days=1.0, taken_a_day=1.0) == 500.0
    assert price_of_reviews(money, scored, days=3.0) == 0.0


def test_a_larger_amount_is_never_asked_about_more_mildly():
    """Of one probability: a fraud costs more, a hindered good customer the same."""
    money = Money(review=500, blocked_good=2_000, challenge=20)
    asked = [SEVERITY[money.decide(0.3, amount_minor)] for amount_minor in range(0, 200_000, 500)]
    assert asked == sorted(asked)
