"""From what was read to a verdict: features, probability, decision and reasons. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from functions.score.freshness import doubt_about
from functions.score.model import Model, Values
from functions.score.state import Snapshot
from greenfraud.explanation import Contribution, Explained, of_score
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import Manifest, View
from greenfraud.features.tiles import ViewState
from greenfraud.instants import format_rfc3339
from greenfraud.policy import DecidedBy, Decision, Judgement, Payment, Policy, joined, judge
from greenfraud.reasons import Reason, in_order
from greenfraud.records import Transaction

WHY_UNKNOWN = {
    "missing": "Nothing is known of the {kind} yet",
    "stale": "Nothing is known of the {kind} for more than a year",
    "unreadable": "What is known of the {kind} could not be read",
}


class Features(NamedTuple):
    """The values of one transaction, the newest event behind them, and what could not be read."""

    values: Values
    as_of_us: int | None
    degraded: list[str]


class Explored(NamedTuple):
    """How likely it was that chance let a payment through, and what would have become of it."""

    propensity: float
    would_have_been: Decision


@dataclass(frozen=True)
class Verdict:
    """What we found about one transaction, before the answer tells and stores it, and whose decision it is."""

    transaction: Transaction
    features: Features
    decision: Decision
    reasons: list[Reason]
    model: Model | None = None
    probability: float | None = None
    degraded: tuple[str, ...] = ()
    decided_by: DecidedBy = "rules"
    explored: Explored | None = None
    spoke: tuple[str, ...] = ()
    floor: Decision = "allow"  # what the policy asks for beside the model

    @property
    def features_as_of(self) -> str | None:
        """The newest event the features know of."""
        return None if self.features.as_of_us is None else format_rfc3339(self.features.as_of_us)


@dataclass(frozen=True)
class Judge:
    """Decides by the model and the policy's rules, whichever is more severe; by the rules where no model answers."""

    manifest: Manifest
    model: Model | None
    policy: Policy

    def judge(self, transaction: Transaction, snapshot: Snapshot, *, with_reasons: bool) -> Verdict:
        """The verdict; doubts are always explained, an allowed transaction on request."""
        features = features_of(self.manifest, transaction, snapshot)
        if self.model is None:
            return self._by_rules(transaction, features)
        row = self.model.row(features.values)
        (probability,) = self.model.probabilities([row])
        if not 0.0 <= probability <= 1.0:  # a NaN is below every threshold: it must not pass as allowed
            return self._by_rules(transaction, features, degraded=("model",))
        found = self._judged(transaction, features, probability)
        reasons = []
        if with_reasons or found.decision != "allow":
            reasons = joined(found.decided_by, self._explain(self.model.contributions(row), transaction, features), found.reasons)
        if found.decision != "allow" and not (reasons and reasons[0].direction == "for"):
            reasons = in_order([of_score(probability)], reasons)
        return Verdict(
            transaction,
            features,
            found.decision,
            reasons,
            self.model,
            probability,
            decided_by=found.decided_by,
            spoke=found.spoke,
            floor=found.floor,
        )

    def _by_rules(self, transaction: Transaction, features: Features, degraded: tuple[str, ...] = ()) -> Verdict:
        found = self._judged(transaction, features, None)
        reasons = joined(found.decided_by, [], found.reasons)
        return Verdict(
            transaction,
            features,
            found.decision,
            reasons,
            degraded=degraded,
            decided_by=found.decided_by,
            spoke=found.spoke,
            floor=found.floor,
        )

    def _explain(self, contributions: Sequence[Contribution], transaction: Transaction, features: Features) -> list[Reason]:
        unknown = unknown_of(features.degraded)
        return Explained(self.manifest, features.values, unknown, transaction.currency).reasons(contributions)

    def _judged(self, transaction: Transaction, features: Features, probability: float | None) -> Judgement:
        return judge(self.policy, payment_of(transaction, features.values), probability, self.manifest)


def payment_of(transaction: Transaction, values: Values) -> Payment:
    """The payment as the policy sees it; lists go by event time, and by the ids behind the edge."""
    return Payment(
        values,
        transaction.amount_minor,
        transaction.currency,
        transaction.occurred_us,
        transaction.customer_id,
        transaction.terminal_id,
        transaction.extras,
        transaction.original.currency if transaction.original else None,
    )


def features_of(manifest: Manifest, transaction: Transaction, snapshot: Snapshot) -> Features:
    """Every value of the manifest; what is missing or unreadable is named, never silently zero."""
    found = [_found(view, transaction, snapshot) for view in manifest.views.values()]
    values = compute(manifest, (state for state, _ in found), transaction.occurred_us, transaction.amount_minor, transaction.extras)
    known = [state.newest_us for state, _ in found if state is not None and state.newest_us is not None]
    unsettled = [
        f"{view.kind}_unsettled"
        for view in manifest.views.values()
        if (view.name, transaction.entity(view.join_key)) in snapshot.unsettled
    ]
    return Features(values, max(known, default=None), [fault for _, faults in found for fault in faults] + unsettled)


def unknown_of(degraded: Sequence[str]) -> dict[str, str]:
    """Why nothing is known of an entity, in a sentence by its kind."""
    doubts = [name.rpartition("_") for name in degraded]
    return {kind: WHY_UNKNOWN[doubt].format(kind=kind.replace("_", " ")) for kind, _, doubt in doubts if doubt in WHY_UNKNOWN}


def _found(view: View, transaction: Transaction, snapshot: Snapshot) -> tuple[ViewState | None, list[str]]:
    identity = transaction.entity(view.join_key)
    if identity is None:
        return None, [f"{view.kind}_missing"]
    if (view.name, identity) not in snapshot.states:
        return None, [f"{view.kind}_unreadable"]
    state = snapshot.states[view.name, identity]
    doubt = doubt_about(state, transaction.occurred_us)
    return (None if doubt in ("missing", "stale") else state), ([f"{view.kind}_{doubt}"] if doubt else [])
