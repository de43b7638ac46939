"""The form in which earlier releases store and read a policy: two thresholds, and rules of one feature each.

The control document carries it for a release that is taken back: of what it cannot say it says the nearest that is at least as
careful, or leaves the rule out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.policy.conditions import Condition
from greenfraud.policy.decisions import DECISIONS, Decision
from greenfraud.policy.money import USUAL_AMOUNT_MINOR
from greenfraud.policy.policy import Policy
from greenfraud.policy.rule import BESIDE_MODEL, PROBABILITY, Rule

IN_WORDS = ", as far as earlier releases can say it"


def bare_rule(
    feature: str, threshold: float, decision: Decision, *, is_strict: bool = False, beside_model: Decision = BESIDE_MODEL
) -> Rule:
    """Return the rule that a feature is at least a threshold, or above it; it is called by its words.

    >>> bare_rule("amount", 220.0, "review", is_strict=True).name
    'amount > 220'
    """
    condition = Condition(feature, ">" if is_strict else ">=", float(threshold))
    return Rule(condition.words, (condition,), decision, beside_model=beside_model)


def rule_from_json(body: Mapping[str, Any]) -> Rule:
    """Read a stored rule; keys that are unknown are ignored."""
    if body["decision"] not in DECISIONS or body.get("beside_model", BESIDE_MODEL) not in DECISIONS:
        raise ValueError
    beside = body.get("beside_model", BESIDE_MODEL)
    rule = bare_rule(
        body["feature"], body["threshold"], body["decision"], is_strict=body.get("is_strict", False), beside_model=beside
    )
    return replace(rule, name=body["name"]) if "name" in body else rule


def rule_to_json(rule: Rule) -> dict[str, Any] | None:
    """Return the stored form, None for what has none. What is as usual is left out: the oldest releases read only the rest."""
    (condition, *others) = rule.when
    is_bare = not others and condition.test in (">", ">=") and condition.times is None and condition.name != PROBABILITY
    if not (is_bare and rule.is_live and isinstance(condition.operand, float | int)) or rule.outcome == "allow":
        return None
    body: dict[str, Any] = {
        "feature": condition.name,
        "threshold": condition.operand,
        "decision": _known(rule.outcome),
        "is_strict": condition.test == ">",
    }
    named = {} if rule.name == rule.words else {"name": rule.name}
    beside = _known(rule.beside_model)
    return {**body, **named} if beside == BESIDE_MODEL else {**body, **named, "beside_model": beside}


def to_json(policy: Policy) -> dict[str, Any]:
    """Return the nearest that an earlier release can obey; whatever says less than all of it says so in its version."""
    rules = [stored for rule in (*policy.guardrails, *policy.rules) if (stored := rule_to_json(rule)) is not None]
    review_at, block_at = policy.review_at, policy.block_at
    if policy.money:
        usual = [min(1.0, policy.money.at_least(decision, USUAL_AMOUNT_MINOR)) for decision in ("challenge", "block")]
        review_at, block_at = usual
    is_whole = len(rules) == len(policy.rules) and not (policy.guardrails or policy.lists or policy.money)
    version = policy.version if is_whole or policy.version.endswith(IN_WORDS) else policy.version + IN_WORDS
    return {"version": version, "review_at": review_at, "block_at": block_at, "rules": rules}


def from_json(body: Mapping[str, Any]) -> Policy:
    """Read the stored form; unknown keys are ignored. Raises ContractError when it is not a policy."""
    try:
        rules = tuple(rule_from_json(rule) for rule in body["rules"])
        return Policy(body["version"], body["review_at"], body["block_at"], rules)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractError(f"not a decision policy: {type(error).__name__}") from None


def _known(decision: Decision) -> Decision:
    """Earlier releases have no challenge: they hold the payment for a person."""
    return "review" if decision == "challenge" else decision
