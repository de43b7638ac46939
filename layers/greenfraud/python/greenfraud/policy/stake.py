"""What is at stake in an answer that asks for a person: what it costs, by the policy's money, where the answer was wrong.

A payment that is held costs what a fraud of its amount does, if it is let go and was one. A declined one can lose nothing to
fraud any more: it costs a good customer who was blocked. Where the policy knows no money, both cost the amount.
"""

from __future__ import annotations

from greenfraud.outcomes import BLOCK
from greenfraud.policy.money import Money


def at_stake(money: Money | None, outcome: str, amount_minor: int) -> float:
    """Return the cost of the mistake, in minor units.

    >>> money = Money(review=500, blocked_good=2_000, loss_fixed=1_500)
    >>> [at_stake(money, outcome, 10_000) for outcome in ("review", "block")], at_stake(None, "block", 10_000)
    ([11500.0, 2000.0], 10000.0)
    """
    if money is None:
        return float(amount_minor)
    return float(money.blocked_good) if outcome == BLOCK else money.lines(amount_minor)["allow"].slope


def expected_loss(outcome: str, probability: float | None, stake: float) -> float | None:
    """Return the stake times the probability of the mistake; None where no model said how likely a fraud is.

    >>> [expected_loss(outcome, 0.75, 1_000.0) for outcome in ("review", "block")], expected_loss("review", None, 1_000.0)
    ([750.0, 250.0], None)
    """
    if probability is None:
        return None
    return stake * (1.0 - probability if outcome == BLOCK else probability)


def rank_of(outcome: str, probability: float | None, stake: float) -> float:
    """Return by what an answer is ranked: what is expected to be lost, or else the most that can be.

    A probability that nobody estimated is not 0: whoever looks knows least there, and may find the whole stake lost.

    >>> [rank_of("review", probability, 1_000.0) for probability in (0.25, None)]
    [250.0, 1000.0]
    """
    expected = expected_loss(outcome, probability, stake)
    return stake if expected is None else expected
