"""The decision policy: how a probability, and rules that hold with and without a model, become a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from greenfraud.errors import ContractError
from greenfraud.features.manifest import Feature, Manifest, load_manifest
from greenfraud.money import EURO, major
from greenfraud.reasons import Reason, in_order, in_units, told_reason

Decision = Literal["allow", "review", "block"]  # from the mildest to the most severe
DecidedBy = Literal["model", "rules", "both"]
# A rule stops nobody by itself where a model answers: half of what the bare rules block is honest (decision record 26).
BESIDE_MODEL: Decision = "review"
REVIEW_ABOVE = 220.0  # meant in EUR; a deployment in another currency says its own
DECISIONS: tuple[Decision, ...] = get_args(Decision)
SEVERITY: Mapping[Decision, int] = {decision: rank for rank, decision in enumerate(DECISIONS)}


@dataclass(frozen=True, slots=True)
class Rule:
    """`decision` holds when `feature` is at least `threshold`, or above it when `is_strict`.

    Where a model answers too, the rule says no more than `beside_model`.
    """

    feature: str
    threshold: float
    decision: Decision
    is_strict: bool = False
    beside_model: Decision = BESIDE_MODEL

    def is_met(self, value: float | None) -> bool:
        """Tell whether the rule speaks; a missing value meets nothing.

        >>> Rule("amount", 220.0, "review", is_strict=True).is_met(220.0)
        False
        """
        if value is None:
            return False
        return value > self.threshold if self.is_strict else value >= self.threshold

    def says(self, *, has_model: bool) -> Decision:
        """Return the decision that it asks for, alone or beside a model.

        >>> rule = Rule("terminal_report_ratio_7d", 0.5, "block")
        >>> rule.says(has_model=False), rule.says(has_model=True)
        ('block', 'review')
        """
        return min(self.decision, self.beside_model, key=SEVERITY.__getitem__) if has_model else self.decision

    def to_json(self) -> dict[str, Any]:
        """Return the stored form, without `beside_model` where it is the usual: releases before it read that too."""
        body = asdict(self)
        if self.beside_model == BESIDE_MODEL:
            del body["beside_model"]
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Rule:
        """Read the stored form; what a later release has added is ignored. Raises TypeError when a key is missing."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in dict(body).items() if name in names})


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

    def in_deployment(self, review_above: float) -> Policy:
        """Return it with the deployment's own amount above which a person looks, where the policy has the usual one.

        >>> DEFAULT_POLICY.in_deployment(35_000.0).version
        '2026-11-29, review above 35000'
        """
        usual = Rule("amount", REVIEW_ABOVE, "review", is_strict=True)
        if review_above == REVIEW_ABOVE or usual not in self.rules:
            return self
        rules = tuple(replace(rule, threshold=review_above) if rule == usual else rule for rule in self.rules)
        return replace(self, rules=rules, version=f"{self.version}, review above {review_above:g}")

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; `from_json` gives the same policy back."""
        return {**asdict(self), "rules": [rule.to_json() for rule in self.rules]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Policy:
        """Read the stored form; unknown keys are ignored. Raises ContractError when it is not a policy."""
        try:
            rules = tuple(Rule.from_json(rule) for rule in body["rules"])
            return cls(body["version"], body["review_at"], body["block_at"], rules)
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"not a decision policy: {type(error).__name__}") from None


# The amount, in units of the currency, is the bare rule of the Fraud Detection Handbook's simulator; the others are round
# figures that a person would look at before any model has learned better.
DEFAULT_POLICY = Policy(
    version="2026-11-29",
    review_at=0.30,
    block_at=0.80,
    rules=(
        Rule("amount", REVIEW_ABOVE, "review", is_strict=True),
        Rule("customer_accepted_1h", 10.0, "review"),  # not of all that was tried: the customer does not pay for an attacker's pace
        Rule("terminal_report_ratio_7d", 0.5, "block"),
        # Whoever tries about a refused amount again within the hour meets the same answer, whatever else has changed meanwhile.
        Rule("amount_over_customer_refused_1h", 0.9, "review"),
        Rule("amount_over_customer_declined_1h", 0.9, "block", beside_model="block"),
    ),
)

# The first default that was stored. Every release can read it, so it is what a document says where nobody set a policy: it
# stands for the default of whichever release reads it, and never changes.
FIRST_DEFAULT = Policy(
    version="2026-11-01",
    review_at=0.30,
    block_at=0.80,
    rules=(
        Rule("amount", 220.0, "review", is_strict=True),
        Rule("customer_count_1h", 10.0, "review"),
        Rule("terminal_report_ratio_7d", 0.5, "block"),
    ),
)


def to_store(policy: Policy) -> dict[str, Any]:
    """Return what the control document says: a policy that a person set as it is, and in place of the default the first one."""
    return (FIRST_DEFAULT if policy == DEFAULT_POLICY else policy).to_json()


def in_force(stored: Mapping[str, Any] | None) -> Policy:
    """Return the policy that a control document asks for; null and the first default are this release's own default.

    Raises ContractError when it is not a policy.

    >>> in_force(None).version == in_force(to_store(DEFAULT_POLICY)).version == DEFAULT_POLICY.version
    True
    """
    policy = DEFAULT_POLICY if stored is None else Policy.from_json(stored)
    return DEFAULT_POLICY if policy == FIRST_DEFAULT else policy


def rules_decision(  # noqa: PLR0913
    values: Mapping[str, float | None],
    amount_minor: int,
    policy: Policy = DEFAULT_POLICY,
    manifest: Manifest | None = None,
    *,
    has_model: bool = False,
    currency: str = EURO,
) -> tuple[Decision, list[Reason]]:
    """Decide by the rules alone: the most severe one that is met, with a reason for every one that is.

    `values` are those of the interpreter; the amount always comes from `amount_minor`, so that the rule on it
    holds even when no feature could be read. With `has_model` each says what it may say beside a model. Thresholds of money
    are in units of `currency`, the platform's.
    """
    manifest = manifest or load_manifest()
    known = {feature.name: in_units(feature, values.get(feature.name), currency) for feature in _asked(policy, manifest)}
    known["amount"] = major(amount_minor, currency)
    met = [(rule.says(has_model=has_model), rule.feature) for rule in policy.rules if rule.is_met(known.get(rule.feature))]
    met.sort(key=lambda said: -SEVERITY[said[0]])
    decision: Decision = met[0][0] if met else "allow"
    return decision, [told_reason(manifest.feature(feature), known[feature], None, currency) for _, feature in met]


def more_severe(of_model: Decision, of_rules: Decision) -> tuple[Decision, DecidedBy]:
    """Return the more severe of two decisions, and whose it is; rules that allow have decided nothing.

    >>> more_severe("allow", "review"), more_severe("block", "review"), more_severe("review", "review")
    (('review', 'rules'), ('block', 'model'), ('review', 'both'))
    >>> more_severe("allow", "allow")
    ('allow', 'model')
    """
    if SEVERITY[of_rules] > SEVERITY[of_model]:
        return of_rules, "rules"
    return of_model, "both" if of_model == of_rules != "allow" else "model"


def joined(decided_by: DecidedBy, of_model: Sequence[Reason], of_rules: Sequence[Reason]) -> list[Reason]:
    """Return the reasons of both in order: a rule that decided, alone or with the model, comes first."""
    return in_order(of_model, of_rules) if decided_by == "model" else in_order(of_rules, of_model)


def _asked(policy: Policy, manifest: Manifest) -> list[Feature]:
    names = {rule.feature for rule in policy.rules}
    return [feature for feature in manifest.features if feature.name in names]
