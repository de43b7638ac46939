"""The candidate and the policy in force on decisions whose labels are mature: what is known, and apart what nobody can know."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cli.policy.resampling import Resampled, wilson
from cli.policy.trial import Document, Tried, example, speaking
from greenfraud.policy import Policy
from greenfraud.policy.money import Money

SIDES = ("now", "then")
EXAMPLES = 5
Sums = Callable[[str], Any]
NO_CHANCE = "no payment of these weeks was let through by chance (exploration), so nobody knows what the refused ones were"


class Judged(NamedTuple):
    """A decision by both policies, and whether it was a fraud; None where nobody knows."""

    tried: Tried
    is_fraud: bool | None

    def stops(self, side: str) -> bool:
        """Whether a policy does not simply let it pass."""
        return bool(getattr(self.tried, side).decision != "allow")


def figures(judged: Sequence[Judged], candidate: Policy) -> Document:
    """Every figure; what cannot be computed is null or says why it is unavailable, never 0."""
    known = [one for one in judged if one.is_fraud is not None]
    unknown = [one for one in judged if one.is_fraud is None]
    missed = [one.tried for one in known if one.is_fraud and not one.stops("then")]
    largest = sorted(missed, key=lambda one: (-one.kept.payment.amount_minor, one.kept.transaction_id))[:EXAMPLES]
    return {
        "decisions": len(judged),
        "without_probability": sum(one.tried.kept.probability is None for one in judged),
        **_on_known(known, candidate.money),
        "rules": rules(judged, candidate),
        "never_labelled": {
            "decisions": len(unknown),
            "then": dict(Counter(one.tried.then.decision for one in unknown)),
            "by_exploration": by_exploration(known),
        },
        "missed_examples": [example(one) for one in largest],
    }


def _on_known(known: Sequence[Judged], money: Money | None) -> Document:
    names = ["frauds", "good", *(f"{what}_{side}" for what in ("caught", "hindered", "missed_minor", "cost") for side in SIDES)]
    priced = money and dataclasses.replace(money, review_price=0.0)
    sums = Resampled(names, ((one.tried.kept.customer, _figures(one, priced)) for one in known))
    shares = {"caught": "frauds", "hindered": "good"}
    document: Document = {"known": len(known), "frauds": round(sums.total("frauds")), "good": round(sums.total("good"))}
    for what, of in shares.items():
        document[what] = {side: round(sums.total(f"{what}_{side}")) for side in SIDES}
        document[f"{what}_share"] = _beside(sums, what, of)
    document["missed"] = {side: document["frauds"] - document["caught"][side] for side in SIDES}
    document["customers_hindered"] = {side: _customers_hindered(known, side) for side in SIDES}
    document["missed_minor"] = _beside(sums, "missed_minor")
    return {**document, "money": _money(sums, known, priced)}


def _beside(sums: Resampled, name: str, of: str | None = None) -> Document:
    """A sum of both policies and the difference, or their shares of another sum."""

    def told(total: Sums, *signs: tuple[float, str]) -> Any:
        found = sum(sign * total(f"{name}_{side}") for sign, side in signs)
        return found if of is None else found / total(of)

    def now(total: Sums) -> Any:
        return told(total, (1.0, "now"))

    def then(total: Sums) -> Any:
        return told(total, (1.0, "then"))

    def difference(total: Sums) -> Any:
        return told(total, (1.0, "then"), (-1.0, "now"))

    return {"now": sums.told(now), "then": sums.told(then), "difference": sums.told(difference)}


def _customers_hindered(known: Sequence[Judged], side: str) -> int:
    return len({one.tried.kept.customer for one in known if not one.is_fraud and one.stops(side)})


def _figures(one: Judged, money: Money | None) -> dict[str, float]:
    amount, found = one.tried.kept.payment.amount_minor, {"frauds" if one.is_fraud else "good": 1.0}
    for side in SIDES:
        if one.stops(side):
            found[f"{'caught' if one.is_fraud else 'hindered'}_{side}"] = 1.0
        elif one.is_fraud:
            found[f"missed_minor_{side}"] = float(amount)
        if money is not None and (line := money.lines(amount).get(getattr(one.tried, side).decision)) is not None:
            found[f"cost_{side}"] = line.fixed + line.slope * float(bool(one.is_fraud))
    return found


def _money(sums: Resampled, known: Sequence[Judged], money: Money | None) -> Document:
    if money is None:
        return {"unavailable": "the candidate states no [money]"}
    decided = {getattr(one.tried, side).decision for one in known for side in SIDES}
    if "challenge" in decided and money.challenge is None:
        return {"unavailable": "payments are challenged, and [money] states no price of a challenge"}
    return _beside(sums, "cost") if known else {"unavailable": "of no decision it is known what it was"}


def rules(judged: Sequence[Judged], candidate: Policy) -> dict[str, Any]:
    """Per part of the candidate: of how many frauds and good payments it speaks, and of how many that nobody knows."""
    found: dict[str, Any] = {}
    for name in speaking((one.tried for one in judged), candidate):
        counts = Counter(one.is_fraud for one in judged if name in one.tried.then.spoke)
        precision = wilson(counts[True], counts[True] + counts[False])
        found[name] = {"frauds": counts[True], "good": counts[False], "never_labelled": counts[None], "precision": precision}
    return found


def by_exploration(known: Sequence[Judged]) -> Document:
    """What payments that chance let through say of those refused like them, each standing for 1 / propensity of them."""
    explored = [one for one in known if one.tried.kept.propensity]
    if not explored:
        return {"unavailable": NO_CHANCE}
    sums = Resampled(("all", "frauds", "passed", "passed_frauds"), ((one.tried.kept.customer, _weighed(one)) for one in explored))
    return {
        "explored": len(explored),
        "stand_for": sums.told(lambda total: total("all")),
        "fraud_share": wilson(*_effective(explored)),
        "let_through_then": sums.told(lambda total: total("passed")),
        "frauds_let_through_then": sums.told(lambda total: total("passed_frauds")),
    }


def _effective(explored: Sequence[Judged]) -> tuple[float, float]:
    """How many frauds among how many payments of equal weight say as much as these (Kish, 1965)."""
    weights = [1.0 / float(one.tried.kept.propensity or 1.0) for one in explored]
    number = sum(weights) ** 2 / sum(weight * weight for weight in weights)
    frauds = sum(weight for weight, one in zip(weights, explored, strict=True) if one.is_fraud)
    return number * frauds / sum(weights), number


def _weighed(one: Judged) -> dict[str, float]:
    weight = 1.0 / float(one.tried.kept.propensity or 1.0)
    passes, is_fraud = not one.stops("then"), bool(one.is_fraud)
    return {"all": weight, "frauds": weight * is_fraud, "passed": weight * passes, "passed_frauds": weight * passes * is_fraud}
