"""What the policy decides about a payment, and everything of it that spoke.

The order, from the weakest to the strongest:

1. the model, by thresholds or by money, and the live rules: the more severe of both. Of the rules that are met those of the
   highest priority speak, among them the most severe; others of a lower priority are silent.
2. lists that suppress: model and rules say at most the list's outcome, of several lists the mildest.
3. lists that force: the answer is never milder than the list's outcome. A block list wins over an allow list.
4. guardrails: the answer is never milder than theirs, whoever stands on whichever list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from greenfraud.features.manifest import Manifest, load_manifest
from greenfraud.policy.conditions import Facts, are_met
from greenfraud.policy.decisions import SEVERITY, DecidedBy, Decision, mildest, more_severe, most_severe
from greenfraud.policy.named_list import NamedList
from greenfraud.policy.payment import Payment, facts_of
from greenfraud.policy.policy import Policy
from greenfraud.policy.rule import Rule
from greenfraud.policy.telling import list_reason, rule_reason
from greenfraud.reasons import Reason, in_order


class Judgement(NamedTuple):
    """The decision, whose it is, and who spoke.

    `spoke` names them by kind, as in `rule/large-amount`: live ones that were met, `shadow/` ones, `list/`, `guardrail/`, and as
    `silent/` rules that only lacked the model's probability. `reasons` are those of the policy, of whoever decided first.
    """

    decision: Decision
    decided_by: DecidedBy
    spoke: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    floor: Decision = "allow"  # what rules, forcing lists and guardrails ask for, whatever a model says


class Spoken(NamedTuple):
    """Which parts of a policy speak of a payment, each in the order of the document."""

    lists: list[NamedList]
    guardrails: list[Rule]
    rules: list[Rule]
    shadow: list[Rule]
    silent: list[Rule]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, by kind and name."""
        kinds = (("guardrail", self.guardrails), ("list", self.lists), ("rule", self.rules), ("shadow", self.shadow))
        told = [f"{kind}/{one.name}" for kind, found in kinds for one in found]
        return (*told, *(f"silent/{rule.name}" for rule in self.silent))


def judge(policy: Policy, payment: Payment, probability: float | None = None, manifest: Manifest | None = None) -> Judgement:
    """Decide about a payment; `probability` is None where no model answers: then rules that ask for it are silent."""
    lists = [one for one in policy.lists if one.has(payment.column(one.column), payment.occurred_us)]
    facts = facts_of(policy, payment, probability, {one.fact for one in lists})
    has_model = probability is not None
    spoken = _spoken(policy, facts, lists, has_model=has_model)
    of_model = "allow" if probability is None else policy.decide(probability, payment.amount_minor)
    speaking = _of_highest_priority(spoken.rules)
    of_rules = most_severe(*(rule.says(has_model=has_model) for rule in speaking))
    decision, decided_by = more_severe(of_model, of_rules) if has_model else (of_rules, "rules")
    decision, decided_by = _listed(decision, decided_by, lists)
    floor = most_severe(*(rule.outcome for rule in spoken.guardrails))
    if SEVERITY[floor] > SEVERITY[decision]:
        decision, decided_by = floor, "guardrail"
    if not (lists or speaking or spoken.guardrails):
        return Judgement(decision, decided_by, spoken.names)
    forced = most_severe(*(one.outcome for one in lists if one.effect == "force"))
    words = partial(rule_reason, facts=facts, manifest=manifest or load_manifest(), currency=payment.currency)
    reasons = _reasons(spoken, speaking, (decision, decided_by), words, has_model=has_model)
    return Judgement(decision, decided_by, spoken.names, reasons, most_severe(of_rules, forced, floor))


def _spoken(policy: Policy, facts: Facts, lists: list[NamedList], *, has_model: bool) -> Spoken:
    spoken = Spoken(lists, [], [], [], [])
    for rules, into in ((policy.guardrails, spoken.guardrails), (policy.rules, spoken.rules)):
        for rule in rules:
            if rule.needs_model and not has_model:
                if rule.is_live and are_met(rule.tests_without_model, facts):
                    spoken.silent.append(rule)
            elif are_met(rule.tests, facts):
                (into if rule.is_live else spoken.shadow).append(rule)
    return spoken


def _of_highest_priority(rules: Sequence[Rule]) -> list[Rule]:
    highest = max((rule.priority for rule in rules), default=0)
    return [rule for rule in rules if rule.priority == highest]


def _listed(decision: Decision, decided_by: DecidedBy, lists: Sequence[NamedList]) -> tuple[Decision, DecidedBy]:
    """The decision after those that suppress and those that force have spoken."""
    ceiling = mildest(*(one.outcome for one in lists if one.effect == "suppress"))
    if SEVERITY[ceiling] < SEVERITY[decision]:
        decision, decided_by = ceiling, "list"
    floor = most_severe(*(one.outcome for one in lists if one.effect == "force"))
    if SEVERITY[floor] > SEVERITY[decision]:
        decision, decided_by = floor, "list"
    return decision, decided_by


def _reasons(
    spoken: Spoken,
    speaking: Sequence[Rule],
    decided: tuple[Decision, DecidedBy],
    words: Callable[[str, Rule], Reason],
    *,
    has_model: bool,
) -> tuple[Reason, ...]:
    """Of whoever decided first, then of the others; within a kind the most severe first, and of lists those that were obeyed."""
    decision, decided_by = decided
    lists = [one for one in spoken.lists if one.effect != "mark"]
    by_kind: dict[str, list[Reason]] = {
        "guardrail": [words("guardrail", rule) for rule in sorted(spoken.guardrails, key=lambda rule: -SEVERITY[rule.outcome])],
        "list": [list_reason(one) for one in sorted(lists, key=lambda one: (one.outcome != decision, -SEVERITY[one.outcome]))],
        "rules": [words("rule", rule) for rule in sorted(speaking, key=lambda rule: -SEVERITY[rule.says(has_model=has_model)])],
    }
    first = by_kind.pop(decided_by, [])
    return (*first, *(reason for reasons in by_kind.values() for reason in reasons))


def joined(decided_by: DecidedBy, of_model: Sequence[Reason], of_policy: Sequence[Reason]) -> list[Reason]:
    """Return the reasons of both in order: what of the policy decided, alone or with the model, comes first."""
    return in_order(of_model, of_policy) if decided_by == "model" else in_order(of_policy, of_model)
