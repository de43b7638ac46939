"""Decisions in money: the outcome of the least expected cost, at the price that a review has for a team of limited hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

from greenfraud.errors import ContractError
from greenfraud.policy.decisions import DECISIONS, Decision

USUAL_AMOUNT_MINOR = 10_000  # whose thresholds stand for all where only two numbers can be told


class Line(NamedTuple):
    """What an outcome costs at probability p: `fixed` + `slope` p, in minor units."""

    fixed: float
    slope: float


class Step(NamedTuple):
    """From this probability on, an outcome is the cheapest."""

    outcome: Decision
    probability: float


@dataclass(frozen=True)
class Money:
    """Costs in minor units of the platform's currency; shares are between 0 and 1.

    A fraud that passes costs `loss_share` of its amount and `loss_fixed`. A challenge costs `challenge`, and stops the share
    `challenge_stops` of frauds; a review costs `review`, and finds `review_finds` of them. Blocking a good customer costs
    `blocked_good`. Without a price of the challenge, none is asked for by the model. `review_price` is what a review costs above
    its own cost because no more than `reviews_a_day` can be done.
    """

    review: int
    blocked_good: int
    loss_share: float = 1.0
    loss_fixed: int = 0
    challenge: int | None = None
    challenge_stops: float = 0.9
    review_finds: float = 1.0
    reviews_a_day: int | None = None
    review_price: float = 0.0

    def lines(self, amount_minor: int) -> dict[Decision, Line]:
        """Return what each outcome costs for an amount, from the mildest to the most severe.

        >>> Money(review=500, blocked_good=2_000).lines(10_000)["block"]
        Line(fixed=2000.0, slope=-2000.0)
        """
        loss = self.loss_share * amount_minor + self.loss_fixed
        lines: dict[Decision, Line] = {"allow": Line(0.0, loss)}
        if self.challenge is not None:
            lines["challenge"] = Line(float(self.challenge), (1.0 - self.challenge_stops) * loss)
        lines["review"] = Line(self.review + self.review_price, (1.0 - self.review_finds) * loss)
        lines["block"] = Line(float(self.blocked_good), -float(self.blocked_good))
        return lines

    def decide(self, probability: float, amount_minor: int) -> Decision:
        """Return the outcome of the least expected cost; of equals the mildest.

        >>> money = Money(review=500, blocked_good=2_000)
        >>> [money.decide(0.1, amount_minor) for amount_minor in (1_000, 10_000)], money.decide(0.9, 10_000)
        (['allow', 'review'], 'block')
        """
        lines = self.lines(amount_minor)
        return min(lines, key=lambda outcome: lines[outcome].fixed + probability * lines[outcome].slope)

    def steps(self, amount_minor: int) -> list[Step]:
        """Return from which probability on which outcome is the cheapest for an amount: the thresholds that follow.

        >>> [(step.outcome, round(step.probability, 3)) for step in Money(review=500, blocked_good=2_000).steps(10_000)]
        [('allow', 0.0), ('review', 0.05), ('block', 0.75)]
        """
        lines, steps = self.lines(amount_minor), [Step("allow", 0.0)]
        while (following := _next_step(lines, steps[-1])) is not None:
            steps.append(following)
        return steps

    def at_least(self, decision: Decision, amount_minor: int) -> float:
        """Return the probability from which on the outcome is `decision` or a more severe one; above 1 where it never is."""
        rank = DECISIONS.index(decision)
        return next((step.probability for step in self.steps(amount_minor) if DECISIONS.index(step.outcome) >= rank), 2.0)

    def gain_of_review(self, probability: float, amount_minor: int) -> float:
        """Return what a review saves beside the next best outcome, before its price; negative where it does not pay."""
        lines = self.lines(amount_minor)
        own = lines.pop("review")
        others = min(line.fixed + probability * line.slope for line in lines.values())
        return others - (own.fixed - self.review_price + probability * own.slope)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Money:
        """Read the stored form. Raises ContractError for a figure that this release does not know."""
        if body.keys() - {field.name for field in fields(cls)}:
            raise ContractError("the policy's money has a figure that this release does not know")
        return cls(**body)


def price_of_reviews(money: Money, scored: Iterable[tuple[float, int]], days: float, taken_a_day: float = 0.0) -> float:
    """Return the price at which the model asks for no more reviews than can be done, from past probabilities and amounts.

    `taken_a_day` reviews are asked for by rules whatever the price is. Without a limit the price is 0.

    >>> money = Money(review=500, blocked_good=2_000, reviews_a_day=1)
    >>> price_of_reviews(money, [(0.1, 6_000), (0.1, 10_000), (0.1, 20_000)], days=1.0)
    500.0
    """
    if money.reviews_a_day is None:
        return 0.0
    room = max(0, int((money.reviews_a_day - taken_a_day) * days))
    gains = sorted((money.gain_of_review(*one) for one in scored), reverse=True)
    return max(gains[room], 0.0) if room < len(gains) else 0.0


def _next_step(lines: Mapping[Decision, Line], now: Step) -> Step | None:
    """The first crossing beyond the present step, by the line that falls below it; of several at one point the steepest."""
    present = lines[now.outcome]
    crossings = [
        ((line.fixed - present.fixed) / (present.slope - line.slope), line.slope, outcome)
        for outcome, line in lines.items()
        if line.slope < present.slope
    ]
    found = min(crossings, default=None)
    return Step(found[2], max(found[0], now.probability)) if found and found[0] <= 1.0 else None
