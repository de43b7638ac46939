"""Why, in words: what a rule, a guardrail or a list tells a person. A list never tells who stands on it."""

from __future__ import annotations

from greenfraud.features.manifest import Manifest
from greenfraud.policy.conditions import ON_LIST, Facts
from greenfraud.policy.named_list import NamedList
from greenfraud.policy.rule import Rule
from greenfraud.reasons import Reason, told_reason


def code_of(kind: str, name: str) -> str:
    """Return the stable code of what a rule or list tells.

    >>> code_of("guardrail", "card-testing")
    'GUARDRAIL_CARD_TESTING'
    """
    return f"{kind}_{name}".upper().replace("-", "_")


def rule_reason(kind: str, rule: Rule, facts: Facts, manifest: Manifest, currency: str) -> Reason:
    """Return the reason of a rule that spoke: the feature's own words where it asks for one and says no others.

    Never its conditions: who sees answers would learn to stay below them. Explanations tell them.
    """
    leading = rule.when[0].name
    fact = facts.get(leading)
    value = fact if isinstance(fact, float) else None
    if rule.reason is None and len(rule.when) == 1 and leading in manifest.names:
        return told_reason(manifest.feature(leading), value, None, currency)
    text = rule.reason or f"The {kind} {rule.name} holds."
    return Reason(code_of(kind, rule.name), leading.removeprefix(ON_LIST), value, None, text)


def list_reason(one: NamedList) -> Reason:
    """Return the reason of a list that the payment stands on."""
    return Reason(
        code_of("list", one.name), one.column, None, None, f"The {one.column.replace('_', ' ')} stands on the list {one.name}."
    )
