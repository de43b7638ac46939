"""A scoring request from reading to the stored decisions: one read, then one verdict and one put after the other."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence

from functions.score.bundles import ModelSlots
from functions.score.context import Context
from functions.score.control import Control
from functions.score.cost import Cost, Footprint, of_request
from functions.score.deadline import FOREVER
from functions.score.decisions import Answer, DecisionStore
from functions.score.exploration import Exploration
from functions.score.freshness import is_faulty
from functions.score.metrics import Request, count_fault, emit
from functions.score.policies import NOT_FOUND, Found, PolicySlot
from functions.score.shadow import Shadowed, ShadowSlot
from functions.score.split import Split
from functions.score.state import Entity, StateReader, entities_of
from functions.score.turns import Turns, in_order
from functions.score.verdict import Verdict
from greenfraud.carbon import UNSEEN_SECONDS_PER_SCORE
from greenfraud.errors import DamagedItem, GreenFraudError, NotReachedError
from greenfraud.features.logged import pack
from greenfraud.features.manifest import Manifest
from greenfraud.items.decision import RULES, Decision
from greenfraud.outcomes import ALLOW
from greenfraud.policy.stake import at_stake, rank_of
from greenfraud.policy.stored import PolicyRef
from greenfraud.records import Transaction

logger = logging.getLogger(__name__)
OFF = Exploration()


class Scorer:
    """Scores transactions against the state before them."""

    def __init__(  # noqa: PLR0913
        self,
        *,
        manifest: Manifest,
        reader: StateReader,
        control: Control,
        slots: ModelSlots,
        shadow: ShadowSlot,
        policy: PolicySlot,
        store: DecisionStore,
        footprint: Footprint,
        exploration: Exploration = OFF,
    ) -> None:
        self._manifest = manifest
        self.reader = reader
        self._control = control
        self._slots = slots
        self._shadow = shadow
        self._policy = policy
        self._store = store
        self._footprint = footprint
        self._exploration = exploration

    def score(
        self, transactions: Sequence[Transaction], *, with_reasons: bool = False, give_up_at: float = FOREVER
    ) -> list[Answer | GreenFraudError]:
        """Return the answer to each transaction, or why it has none; print one line of metrics.

        They are decided in the order of time, each on the state after those before it. What has not had its turn at `give_up_at`,
        by the monotonic clock, has a NotReachedError, and so has who would overtake one that was not stored.
        """
        started = time.perf_counter()
        context = self.read(transactions)
        split = Split(context, self._slots, self._manifest)
        reading_seconds = (time.perf_counter() - started) / len(transactions)
        turns = Turns(transactions, context.snapshot, self._manifest, give_up_at=give_up_at)
        outcomes: dict[int, Answer | GreenFraudError] = {}
        costs: list[Cost] = []
        for index, transaction in in_order(transactions):
            if (refusal := turns.refusal(transaction)) is not None:
                outcomes[index] = refusal
                continue
            began = time.perf_counter() - reading_seconds
            mine, judged = split.judge(transaction, turns.snapshot, with_reasons=with_reasons)
            verdict = self._exploration.of(judged)
            shadowed = self._shadow.score(verdict, context.control, context.deciding.policy)
            # The put comes after: the figure that it stores holds its few milliseconds of waiting as an estimate.
            costs.append(self._footprint.of(time.perf_counter() - began + UNSEEN_SECONDS_PER_SCORE))
            decision = self._decision(mine, verdict, shadowed, costs[-1])
            outcomes[index] = self._put(decision)
            turns.take(decision, outcomes[index])
            split.take(decision)
        listed = [outcomes[index] for index in range(len(transactions))]
        emit(_request(context, listed, of_request(time.perf_counter() - started, costs)))
        split.tell()
        for fault in self._shadow.faults():
            count_fault("ShadowFailed", fault)
        return listed

    def read(self, transactions: Sequence[Transaction] = ()) -> Context:
        """State, control document and model for these transactions."""
        return self.read_entities([entity for one in transactions for entity in entities_of(one, self._manifest)])

    def read_entities(self, entities: Sequence[Entity]) -> Context:
        """State of these entities, control document and model; a fault is counted here, whoever asks."""
        snapshot = self.reader.read(entities)
        document, faults = self._control.in_force(snapshot.control)
        answering, deciding = self._slots.answering(document), self._policy.deciding(document)
        for fault in faults:
            if fault != "unreadable":  # a store that does not answer passes, and every decision it degrades is counted
                count_fault("ControlFault", fault)
        for failed in answering.failed:
            count_fault("BundleLoadFailed", failed)
        for failed in deciding.failed:
            count_fault("PolicyLoadFailed", failed)
        return Context(snapshot, document, faults, answering, deciding)

    def policy_of(self, decision: Decision) -> Found:
        """The policy that a decision was made by, as far as it is still to be had."""
        if decision.policy_sha256 is None:
            return NOT_FOUND
        reference = PolicyRef(decision.answer["policy_version"], decision.policy_sha256)
        return self._policy.find(reference, self.read().deciding)

    def _put(self, decision: Decision) -> Answer | GreenFraudError:
        try:
            return self._store.put_once(decision)
        except GreenFraudError as error:
            if isinstance(error, DamagedItem):
                logger.warning("a stored decision is damaged: %s", error)
            return error

    def _decision(self, context: Context, verdict: Verdict, shadowed: Shadowed | None, cost: Cost) -> Decision:
        answer = tell(context, verdict, cost)
        stake = at_stake(context.deciding.policy.money, verdict.decision, verdict.transaction.amount_minor)
        model = answer["model"] or {"family": RULES, "version": answer["policy_version"]}
        return Decision(
            transaction=verdict.transaction,
            answer=answer,
            family=model["family"],
            version=model["version"],
            duration_seconds=cost.duration_seconds,
            energy_kwh=cost.energy_kwh,
            emissions_g=cost.emissions_g,
            rank=rank_of(verdict.decision, verdict.probability, stake),
            manifest_version=self._manifest.version,
            features=pack(verdict.features.values, self._manifest.names),
            policy_sha256=context.deciding.sha256,
            control_revision=context.control.revision,
            at_stake_minor=None if verdict.decision == ALLOW else stake,
            shadow=shadowed and shadowed._asdict(),
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
        "policy_version": context.deciding.policy.version,
        "features_as_of": verdict.features_as_of,
        "degraded": [*verdict.features.degraded, *verdict.degraded, *context.degraded],
        "emissions_g": cost.emissions_g,
        "converted_from": original and original.to_json(),
        "exploration": verdict.explored and verdict.explored._asdict(),
        "spoke": list(verdict.spoke),
    }


def _request(context: Context, outcomes: Sequence[Answer | GreenFraudError], cost: Cost) -> Request:
    answers = [outcome for outcome in outcomes if not isinstance(outcome, GreenFraudError)]
    model = context.answering.model
    return Request(
        family=model.bundle.family if model else RULES,
        decisions=len(answers),
        degraded=sum(is_faulty(answer["degraded"]) for answer in answers),
        by_fallback=len(answers) if context.answering.by == "fallback" else 0,
        not_reached=sum(isinstance(outcome, NotReachedError) for outcome in outcomes),
        explored=sum(answer.get("exploration") is not None for answer in answers),
        cost=cost,
        outcomes=Counter(answer["decision"] for answer in answers),
    )
