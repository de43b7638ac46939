"""A candidate beside the policy in force, on exactly the values that each decision kept: plain figures, nothing is read here."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from cli.policy.kept import Kept
from greenfraud.instants import DAY_US, format_rfc3339
from greenfraud.policy import DECISIONS, SEVERITY, Decision, Judgement, Policy, judge
from greenfraud.policy.money import Money

SHORTEST_DAYS = 1 / 24  # of which alerts per day are told
LONGEST_PAUSE_US = 7 * DAY_US
EXAMPLES = 5
Document = dict[str, Any]


class Tried(NamedTuple):
    """A decision as the policy in force makes it, and as the candidate would."""

    kept: Kept
    now: Judgement
    then: Judgement

    @property
    def flips(self) -> bool:
        """Whether something else becomes of the payment."""
        return self.now.decision != self.then.decision


class Both:
    """The policy in force and a candidate, which judge each decision as it is read; its values are not kept."""

    def __init__(self, now: Policy, candidate: Policy) -> None:
        """Nothing is judged yet."""
        self.now, self.candidate = now, candidate
        self._asked = frozenset((*now.features, *candidate.features))
        self._same: dict[Judgement, Judgement] = {}

    def tried(self, one: Kept) -> Tried | Kept:
        """The decision by both; as it was where it lacks a value that either asks for: by another manifest, or none was kept."""
        if not self._asked <= one.known:
            return one.slim
        return Tried(one.slim, *(self._judged(policy, one) for policy in (self.now, self.candidate)))

    def _judged(self, policy: Policy, one: Kept) -> Judgement:
        """Few judgements differ in what is told of them: one of each is kept."""
        found = judge(policy, one.payment, one.probability)
        plain = Judgement(found.decision, found.decided_by, found.spoke)
        return self._same.setdefault(plain, plain)


def compared(tried: Sequence[Tried], candidate: Policy) -> Document:
    """Who flips, alerts per day, money, who speaks, and examples. What cannot be told is null, never 0."""
    days = days_of(tried)
    flips = Counter((one.now.decision, one.then.decision) for one in tried if one.flips)
    return {
        "decisions": len(tried),
        "days": days,
        "without_probability": sum(one.kept.probability is None for one in tried),
        "flips": [{"from": old, "to": new, "decisions": count} for (old, new), count in _in_order(flips)],
        "alerts_a_day": {side: _a_day(tried, side, days) for side in ("now", "then")},
        "reviews_a_day": candidate.money and candidate.money.reviews_a_day,
        "money": expected(tried, candidate.money),
        "spoke": speaking(tried, candidate),
        "examples": [example(one) for one in examples(one for one in tried if one.flips)],
    }


def days_of(tried: Sequence[Tried]) -> float | None:
    """The days between the first and the last payment, of a pause no more than a week; None where they are too few.

    A payment of last spring that somebody sent for a try would make this week's alerts look like a tenth of them.
    """
    moments = sorted(one.kept.occurred_us for one in tried)
    days = sum(min(later - earlier, LONGEST_PAUSE_US) for earlier, later in pairwise(moments)) / DAY_US
    return days if days >= SHORTEST_DAYS else None


def _in_order(flips: Counter[tuple[Decision, Decision]]) -> list[tuple[tuple[Decision, Decision], int]]:
    return sorted(flips.items(), key=lambda flip: (SEVERITY[flip[0][0]], SEVERITY[flip[0][1]]))


def _a_day(tried: Sequence[Tried], side: str, days: float | None) -> Document:
    counts = Counter(getattr(one, side).decision for one in tried)
    return {decision: None if days is None else counts[decision] / days for decision in DECISIONS[1:]}


def expected(tried: Sequence[Tried], money: Money | None) -> Document:
    """What both cost by the candidate's money and the model's probability, in minor units; a review's price is no cost."""
    if money is None:
        return {"unavailable": "the candidate states no [money]"}
    priced = dataclasses.replace(money, review_price=0.0)
    known = [one for one in tried if one.kept.probability is not None and _has_prices(one, priced)]
    if not known:
        return {"unavailable": "no decision has a probability, or none has an outcome that [money] prices"}
    costs = {side: sum(_cost(one, side, priced) for one in known) for side in ("now", "then")}
    return {**costs, "saved": costs["now"] - costs["then"], "decisions": len(known)}


def _has_prices(one: Tried, money: Money) -> bool:
    return money.challenge is not None or "challenge" not in (one.now.decision, one.then.decision)


def _cost(one: Tried, side: str, money: Money) -> float:
    line = money.lines(one.kept.payment.amount_minor)[getattr(one, side).decision]
    return line.fixed + float(one.kept.probability or 0.0) * line.slope


def speaking(tried: Iterable[Tried], candidate: Policy) -> dict[str, int]:
    """How often each part of the candidate speaks; one that never does is told as well."""
    rules = [(kind, rule) for kind, of_kind in (("guardrail", candidate.guardrails), ("rule", candidate.rules)) for rule in of_kind]
    names = [f"{kind if rule.is_live else 'shadow'}/{rule.name}" for kind, rule in rules]
    names += [f"list/{one.name}" for one in candidate.lists]
    counts = Counter(name for one in tried for name in one.then.spoke)
    return {name: counts[name] for name in dict.fromkeys([*names, *sorted(counts)])}


def examples(tried: Iterable[Tried]) -> list[Tried]:
    """A few of them: the largest amount of every kind of flip, then the second largest."""
    ordered = sorted(tried, key=lambda one: (-one.kept.payment.amount_minor, one.kept.transaction_id))
    so_far: Counter[tuple[str, str]] = Counter()
    ranked = []
    for one in ordered:
        kind = one.now.decision, one.then.decision
        ranked.append((so_far[kind], one))
        so_far[kind] += 1
    return [one for _, one in sorted(ranked, key=lambda found: found[0])][:EXAMPLES]


def example(one: Tried) -> Mapping[str, Any]:
    """A payment as an example, with what of the policies made the difference."""
    return {
        "transaction_id": one.kept.transaction_id,
        "occurred_at": format_rfc3339(one.kept.occurred_us),
        "amount_minor": one.kept.payment.amount_minor,
        "probability": one.kept.probability,
        "from": one.now.decision,
        "to": one.then.decision,
        "because": because(one),
    }


def because(one: Tried) -> str:
    """What speaks in one policy alone, before what speaks in both; where neither says anything the model's part decides.

    >>> allow, review = Judgement("allow", "model"), Judgement("review", "rules", ("rule/large",))
    >>> because(Tried(None, allow, review)), because(Tried(None, review, allow)), because(Tried(None, allow, allow))
    ('rule/large', 'no longer rule/large', 'model')
    """
    new, gone = (
        [name for name in these.spoke if name not in others.spoke and not name.startswith(("shadow/", "silent/"))]
        for these, others in ((one.then, one.now), (one.now, one.then))
    )
    told = [*new, *(f"no longer {name}" for name in gone)]
    return ", ".join(told) or (one.then if SEVERITY[one.then.decision] >= SEVERITY[one.now.decision] else one.now).decided_by


def over_capacity(document: Document) -> float | None:
    """How many reviews a day the candidate would ask for where the team can do fewer; else None."""
    asked, room = document["alerts_a_day"]["then"]["review"], document["reviews_a_day"]
    return asked if asked is not None and room is not None and asked > room else None
