"""A scoring request from reading to the stored decisions: one read, one verdict and one put per transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.score.bundles import Answering, ModelSlot
from functions.score.cost import Cost, Footprint
from functions.score.decisions import Answer, DecisionStore
from functions.score.freshness import USUAL
from functions.score.metrics import Request, emit
from functions.score.state import Snapshot, StateReader
from functions.score.verdict import Judge, Verdict
from greenfraud.control import ControlDocument
from greenfraud.errors import DamagedItem, GreenFraudError
from greenfraud.features.logged import pack
from greenfraud.features.manifest import Manifest
from greenfraud.items.decision import RULES, Decision
from greenfraud.policy import REVIEW_ABOVE
from greenfraud.records import Transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Context:
    """What is the same for every transaction of one request."""

    snapshot: Snapshot
    control: ControlDocument
    answering: Answering


class Scorer:
    """Scores transactions against the state before them."""

    def __init__(  # noqa: PLR0913
        self,
        *,
        manifest: Manifest,
        reader: StateReader,
        slot: ModelSlot,
        store: DecisionStore,
        footprint: Footprint,
        review_above: float = REVIEW_ABOVE,
    ) -> None:
        self._manifest = manifest
        self.reader = reader
        self._slot = slot
        self._store = store
        self._footprint = footprint
        self._review_above = review_above
        self._last_control = self._governed(ControlDocument())

    def score(self, transactions: Sequence[Transaction], *, with_reasons: bool = False) -> list[Answer | GreenFraudError]:
        """Return the answer to each transaction, or why it has none; print one line of metrics."""
        started = time.perf_counter()
        context = self.read(transactions)
        judge = Judge(self._manifest, context.answering.model, context.control.policy)
        verdicts = [judge.judge(one, context.snapshot, with_reasons=with_reasons) for one in transactions]
        # The put comes after: its few milliseconds of waiting are not in the figure it stores.
        cost = self._footprint.of((time.perf_counter() - started) / len(transactions))
        outcomes = [self._put(context, verdict, cost) for verdict in verdicts]
        emit(_request(context, outcomes, self._footprint.of(time.perf_counter() - started)))
        return outcomes

    def read(self, transactions: Sequence[Transaction] = ()) -> Context:
        """State, control document and model for these transactions."""
        snapshot = self.reader.read(
            [transaction.customer_id for transaction in transactions],
            [transaction.terminal_id for transaction in transactions if transaction.terminal_id is not None],
        )
        if not snapshot.is_control_readable:
            model = self._slot.last_good().model
            return Context(snapshot, self._last_control, Answering(model, ["control_unreadable"]))
        self._last_control = self._governed(snapshot.control or ControlDocument())
        return Context(snapshot, self._last_control, self._slot.answering(self._last_control.production))

    def _governed(self, control: ControlDocument) -> ControlDocument:
        """The document with the policy as this deployment holds it."""
        return replace(control, policy=control.policy.in_deployment(self._review_above))

    def _put(self, context: Context, verdict: Verdict, cost: Cost) -> Answer | GreenFraudError:
        try:
            return self._store.put_once(self._decision(context, verdict, cost))
        except GreenFraudError as error:
            if isinstance(error, DamagedItem):
                logger.warning("a stored decision is damaged: %s", error)
            return error

    def _decision(self, context: Context, verdict: Verdict, cost: Cost) -> Decision:
        answer = tell(context, verdict, cost)
        model = answer["model"] or {"family": RULES, "version": answer["policy_version"]}
        return Decision(
            transaction=verdict.transaction,
            answer=answer,
            family=model["family"],
            version=model["version"],
            duration_seconds=cost.duration_seconds,
            energy_kwh=cost.energy_kwh,
            emissions_g=cost.emissions_g,
            rank=verdict.rank,
            manifest_version=self._manifest.version,
            features=pack(verdict.features.values, self._manifest.names),
        )


def tell(context: Context, verdict: Verdict, cost: Cost) -> Answer:
    """The answer as the API gives it and the store keeps it."""
    model, original = verdict.model, verdict.transaction.original
    return {
        "transaction_id": verdict.transaction.transaction_id,
        "fraud_probability": verdict.probability,
        "decision": verdict.decision,
        "decided_by": verdict.decided_by,
        "reasons": [reason.to_json() for reason in verdict.reasons],
        "model": model and {"family": model.bundle.family, "version": model.bundle.version},
        "policy_version": context.control.policy.version,
        "features_as_of": verdict.features_as_of,
        "degraded": [*verdict.features.degraded, *verdict.degraded, *context.answering.degraded],
        "emissions_g": cost.emissions_g,
        "converted_from": original and original.to_json(),
    }


def _request(context: Context, outcomes: Sequence[Answer | GreenFraudError], cost: Cost) -> Request:
    answers = [outcome for outcome in outcomes if not isinstance(outcome, GreenFraudError)]
    model = context.answering.model
    return Request(
        family=model.bundle.family if model else RULES,
        decisions=len(answers),
        degraded=sum(is_faulty(answer["degraded"]) for answer in answers),
        has_load_failed=context.answering.has_load_failed,
        cost=cost,
    )


def is_faulty(degraded: Sequence[str]) -> bool:
    """Tell whether something failed. The answer names a new entity or a late transaction too, but nobody is alarmed."""
    return not USUAL.issuperset(degraded)
