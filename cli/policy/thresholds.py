"""From which probability on the model asks for what: the thresholds that follow from a policy, for amounts that people know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenfraud.money import digits_of, in_words
from greenfraud.policy import Policy
from greenfraud.policy.money import Money

UNITS = (5, 20, 50, 100, 250, 1_000)


def threshold_lines(policy: Policy, currency: str) -> list[str]:
    """A line per amount where money decides, else the two thresholds."""
    return lines_of(policy.money, policy.review_at, policy.block_at, currency)


def lines_told(policy: Mapping[str, Any], currency: str) -> list[str]:
    """The same of a policy as the API tells it."""
    money = Money.from_json(policy["money"]) if policy.get("money") else None
    return lines_of(money, policy["review_at"], policy["block_at"], currency)


def lines_of(money: Money | None, review_at: float, block_at: float, currency: str) -> list[str]:
    """What is shown of money, or of thresholds where there is none."""
    if money is None:
        return [f"the model asks for review from {review_at:g} and for block from {block_at:g}"]
    amounts = [units * 10 ** digits_of(currency) for units in UNITS]
    lines = ["the model asks, by the amount, from these probabilities on:"]
    for amount in amounts:
        steps = [f"{step.outcome} {step.probability:.3f}" for step in money.steps(amount)[1:]]
        lines.append(f"{in_words(amount, currency):>12} {currency}  {', '.join(steps) or 'nothing'}")
    if money.reviews_a_day is not None:
        lines.append(f"reviews a day: {money.reviews_a_day}, at a price of {money.review_price:g} minor units above their cost")
    return lines
