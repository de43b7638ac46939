"""The decision policy: how a probability, or bare rules while no model exists, becomes a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from greenfraud.errors import ContractError
from greenfraud.features.manifest import Manifest, load_manifest

Decision = Literal["allow", "review", "block"]  # from the mildest to the most severe
DECISIONS: tuple[Decision, ...] = get_args(Decision)
SEVERITY: Mapping[Decision, int] = {decision: rank for rank, decision in enumerate(DECISIONS)}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a transaction was decided so: one feature, its value, what it added, and a sentence a person reads."""

    code: str
    feature: str
    value: float | None
    contribution: float | None
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the form the API answers with."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Rule:
    """`decision` holds when `feature` is at least `threshold`, or above it when `is_strict`."""

    feature: str
    threshold: float
    decision: Decision
    is_strict: bool = False

    def is_met(self, value: float | None) -> bool:
        """Tell whether the rule speaks; a missing value meets nothing.

        >>> Rule("amount", 220.0, "review", is_strict=True).is_met(220.0)
        False
        """
        if value is None:
            return False
        return value > self.threshold if self.is_strict else value >= self.threshold


@dataclass(frozen=True, slots=True)
class Policy:
    """Versioned thresholds: review from `review_at`, block from `block_at`, both probabilities."""

    version: str
    review_at: float
    block_at: float
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        """Refuse thresholds out of order: they would make one decision unreachable."""
        if not 0.0 <= self.review_at <= self.block_at <= 1.0:
            raise ContractError(f"policy {self.version}: thresholds need 0 <= review_at <= block_at <= 1")

    def decide(self, probability: float) -> Decision:
        """Return the decision for a fraud probability.

        >>> [DEFAULT_POLICY.decide(probability) for probability in (0.29, 0.30, 0.80)]
        ['allow', 'review', 'block']
        """
        if probability >= self.block_at:
            return "block"
        return "review" if probability >= self.review_at else "allow"

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; `from_json` gives the same policy back."""
        return {**asdict(self), "rules": [asdict(rule) for rule in self.rules]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Policy:
        """Read the stored form. Raises ContractError when it is not a policy."""
        try:
            rules = tuple(Rule(**rule) for rule in body["rules"])
            return cls(body["version"], body["review_at"], body["block_at"], rules)
        except (KeyError, TypeError) as error:
            raise ContractError(f"not a decision policy: {type(error).__name__}") from None


# The amount is the bare rule of the Fraud Detection Handbook's simulator; the others are round figures that a
# person would look at before any model has learned better.
DEFAULT_POLICY = Policy(
    version="2026-11-01",
    review_at=0.30,
    block_at=0.80,
    rules=(
        Rule("amount", 220.0, "review", is_strict=True),
        Rule("customer_count_1h", 10.0, "review"),
        Rule("terminal_report_ratio_7d", 0.5, "block"),
        # Whoever tries a refused amount again within the hour meets the same answer, whatever else has changed meanwhile.
        Rule("amount_over_customer_held_1h", 1.0, "review"),
        Rule("amount_over_customer_declined_1h", 1.0, "block"),
    ),
)


def rules_decision(
    values: Mapping[str, float | None],
    amount_minor: int,
    policy: Policy = DEFAULT_POLICY,
    manifest: Manifest | None = None,
) -> tuple[Decision, list[Reason]]:
    """Decide without a model: the most severe rule that is met, with a reason for every one that is.

    `values` are those of the interpreter; the amount always comes from `amount_minor`, so that the rule on it
    holds even when no feature could be read.
    """
    known = {**values, "amount": amount_minor / 100.0}
    met = [rule for rule in policy.rules if rule.is_met(known.get(rule.feature))]
    met.sort(key=lambda rule: -SEVERITY[rule.decision])
    decision: Decision = met[0].decision if met else "allow"
    return decision, [reason_of(manifest or load_manifest(), rule.feature, known[rule.feature]) for rule in met]


def reason_of(manifest: Manifest, name: str, value: float | None, contribution: float | None = None) -> Reason:
    """Return the reason for one feature, in the words of the manifest."""
    feature = manifest.feature(name)
    return Reason(feature.reason_code, name, value, contribution, feature.sentence(value))
