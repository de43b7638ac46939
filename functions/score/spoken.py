"""What of the policy spoke, in words: from the names that a decision keeps, and the policy that has rules under them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from greenfraud.policy import Decision, Policy, Rule
from greenfraud.policy.named_list import NamedList

RULE_TEXTS = {
    "guardrail": "Guardrail {name} holds: {when}. It asks for {outcome}, whatever others say.",
    "rule": "Rule {name} is met: {when}. It asks for {outcome}.",
    "shadow": "{name} is met: {when}. In shadow it decides nothing; live it would ask for {outcome}.",
    "silent": "Rule {name} asks for the model's probability, and no model answered: {when}.",
}
LIST_TEXTS = {
    "force": "The {column} stands on the list {name}, which lets nothing pass below {outcome}.",
    "suppress": "The {column} stands on the list {name}, by which model and rules ask at most for {outcome}.",
    "mark": "The {column} stands on the list {name}, which decides nothing by itself.",
}
Part = TypeVar("Part", Rule, NamedList)


def part_of(spoken: str, policy: Policy | None, *, has_model: bool) -> dict[str, Any]:
    """What spoke by a name such as `rule/large-amount`; without its policy, the name alone."""
    kind, _, name = spoken.partition("/")
    outcome, text = (None, None) if policy is None else _told(kind, name, policy, has_model=has_model)
    return {"kind": kind, "name": name, "outcome": outcome, "text": text}


def _told(kind: str, name: str, policy: Policy, *, has_model: bool) -> tuple[Decision | None, str | None]:
    if kind == "list":
        one = _named(policy.lists, name)
        return (None, None) if one is None else (None if one.effect == "mark" else one.outcome, _list_text(one))
    rules = {"guardrail": policy.guardrails, "rule": policy.rules}.get(kind, (*policy.guardrails, *policy.rules))
    rule = _named(rules, name)
    if rule is None or kind not in RULE_TEXTS:
        return None, None
    outcome = rule.says(has_model=has_model) if kind == "rule" else rule.outcome
    return outcome, RULE_TEXTS[kind].format(name=name, when=rule.words, outcome=outcome)


def _list_text(one: NamedList) -> str:
    return LIST_TEXTS[one.effect].format(column=one.column.replace("_", " "), name=one.name, outcome=one.outcome)


def _named(parts: Iterable[Part], name: str) -> Part | None:
    return next((one for one in parts if one.name == name), None)
