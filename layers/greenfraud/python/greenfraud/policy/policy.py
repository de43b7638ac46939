"""The policy, compiled: plain data that says what becomes of a payment, whoever answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.features.manifest import load_manifest
from greenfraud.policy.conditions import Condition
from greenfraud.policy.decisions import Decision
from greenfraud.policy.money import Money
from greenfraud.policy.named_list import NamedList
from greenfraud.policy.rule import Rule

SCHEMA = 1
REVIEW_ABOVE = 220.0  # meant in EUR; a deployment in another currency says its own


@dataclass(frozen=True)
class Policy:
    """Where the model's word ends and begins, and what holds beside it.

    The model asks for a review from `review_at` and for a block from `block_at`, both probabilities; with `money` for whatever
    costs least. `rules` are one with the model; `guardrails` hold whatever anybody says; `lists` force or suppress.
    """

    version: str
    review_at: float
    block_at: float
    rules: tuple[Rule, ...] = ()
    guardrails: tuple[Rule, ...] = ()
    lists: tuple[NamedList, ...] = field(default=(), hash=False)
    money: Money | None = None

    def __post_init__(self) -> None:
        """Refuse thresholds out of order: they would make one decision unreachable."""
        if not 0.0 <= self.review_at <= self.block_at <= 1.0:
            raise ContractError(f"policy {self.version}: thresholds need 0 <= review_at <= block_at <= 1")

    @cached_property
    def asked(self) -> frozenset[str]:
        """Every value that a rule or guardrail asks for."""
        return frozenset(name for rule in (*self.rules, *self.guardrails) for name in rule.names)

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The features it asks for, but for the amount, which the request itself says."""
        return tuple(name for name in load_manifest().names if name in self.asked and name != "amount")

    def decide(self, probability: float, amount_minor: int = 0) -> Decision:
        """Return the model's decision for a fraud probability and, where money decides, an amount."""
        if self.money is not None:
            return self.money.decide(probability, amount_minor)
        if probability >= self.block_at:
            return "block"
        return "review" if probability >= self.review_at else "allow"

    def alert_at(self, amount_minor: int) -> float:
        """Return the probability from which on the model does not let a payment of this amount pass."""
        return self.review_at if self.money is None else self.money.at_least("challenge", amount_minor)

    def in_deployment(self, review_above: float) -> Policy:
        """Return it with the deployment's own amount above which a person looks, where the policy has the usual one."""
        usual = (Condition("amount", ">", REVIEW_ABOVE),)
        if review_above == REVIEW_ABOVE or usual not in [rule.when for rule in self.rules]:
            return self
        own = (Condition("amount", ">", review_above),)
        rules = tuple(replace(rule, when=own) if rule.when == usual else rule for rule in self.rules)
        return replace(self, rules=rules, version=f"{self.version}, review above {review_above:g}")

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; `from_json` gives the same policy back."""
        return {
            "schema": SCHEMA,
            "version": self.version,
            "review_at": self.review_at,
            "block_at": self.block_at,
            "rules": [rule.to_json() for rule in self.rules],
            "guardrails": [rule.to_json() for rule in self.guardrails],
            "lists": [one.to_json() for one in self.lists],
            "money": self.money and self.money.to_json(),
        }

    def described(self) -> dict[str, Any]:
        """Return what may be shown of it: rules in words, and of lists never who stands on them."""
        rules = {"rules": self.rules, "guardrails": self.guardrails}
        told = {kind: [{**rule.to_json(), "when": rule.words} for rule in of_kind] for kind, of_kind in rules.items()}
        return {**self.to_json(), **told, "lists": [one.described() for one in self.lists]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Policy:
        """Read the stored form. Raises ContractError when it is not a policy, or one that this release would misread."""
        if not isinstance(body, Mapping) or body.get("schema") != SCHEMA:
            raise ContractError("the policy's schema is another release's")
        try:
            return cls(
                version=body["version"],
                review_at=body["review_at"],
                block_at=body["block_at"],
                rules=tuple(Rule.from_json(rule) for rule in body["rules"]),
                guardrails=tuple(Rule.from_json(rule) for rule in body["guardrails"]),
                lists=tuple(NamedList.from_json(one) for one in body["lists"]),
                money=Money.from_json(body["money"]) if body["money"] else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ContractError(f"not a decision policy: {type(error).__name__}") from None
