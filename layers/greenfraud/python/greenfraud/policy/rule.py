"""A rule of the policy, or one of its guardrails: when its conditions are all met, it asks for an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.policy.conditions import Condition, Test, compiled
from greenfraud.policy.decisions import DECISIONS, Decision, mildest

# A rule stops nobody by itself where a model answers: half of what the bare rules block is honest (decision record 26).
BESIDE_MODEL: Decision = "review"
PROBABILITY = "probability"


@dataclass(frozen=True)
class Rule:
    """`outcome` is asked for when every condition of `when` is met; of rules that are, those of the highest priority speak.

    Where a model answers too, a rule says no more than `beside_model`. One that is not live decides nothing; it is logged.
    `reason` is the sentence a person reads, where it is not the feature's own.
    """

    name: str
    when: tuple[Condition, ...]
    outcome: Decision
    priority: int = 0
    is_live: bool = True
    beside_model: Decision = BESIDE_MODEL
    reason: str | None = None

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """The conditions, ready to be tried."""
        return compiled(self.when)

    @cached_property
    def tests_without_model(self) -> tuple[Test, ...]:
        """What is left to be tried where there is no probability."""
        return compiled([condition for condition in self.when if PROBABILITY not in (condition.name, condition.times)])

    @cached_property
    def needs_model(self) -> bool:
        """Whether it asks for the probability, and is silent where no model gives one."""
        return len(self.tests_without_model) < len(self.when)

    @property
    def names(self) -> set[str]:
        """Every value it asks for."""
        return {name for one in self.when for name in (one.name, one.times) if name is not None}

    @property
    def words(self) -> str:
        """Its conditions as they are written."""
        return " and ".join(condition.words for condition in self.when)

    def says(self, *, has_model: bool) -> Decision:
        """Return the decision that it asks for, alone or beside a model.

        >>> rule = Rule("reported", (Condition("terminal_report_ratio_7d", ">=", 0.5),), "block")
        >>> rule.says(has_model=False), rule.says(has_model=True)
        ('block', 'review')
        """
        return mildest(self.outcome, self.beside_model) if has_model else self.outcome

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; `from_json` gives the same rule back."""
        return {**asdict(self), "when": [list(condition) for condition in self.when]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Rule:
        """Read the stored form. Raises ContractError for what this release would misread: a key or an outcome it does not know."""
        unknown = body.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ContractError(f"a rule of the policy has {', '.join(sorted(unknown))}, which this release does not know")
        rule = cls(**{**body, "when": tuple(Condition.from_json(one) for one in body["when"])})
        if {rule.outcome, rule.beside_model} - set(DECISIONS):
            raise ContractError("a rule of the policy asks for an outcome that this release does not know")
        return rule
