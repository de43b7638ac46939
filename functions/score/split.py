"""Who answers whom in a request: the canary its share of the customers, production all the others. The control document decides."""

from __future__ import annotations

import logging
from dataclasses import replace

from functions.score.bundles import ModelSlots
from functions.score.context import Context
from functions.score.freshness import is_faulty
from functions.score.metrics import Arm, count_arm, count_fault
from functions.score.state import Snapshot
from functions.score.verdict import Judge, Verdict
from greenfraud.control import ModelRef
from greenfraud.features.manifest import Manifest
from greenfraud.items.decision import Decision
from greenfraud.records import Transaction

logger = logging.getLogger(__name__)
CANARY, PRODUCTION = "canary", "production"
FAILED = "canary_failed"


class Split:
    """Judges each transaction of a request by the model that answers its customer, and counts what both sides did."""

    def __init__(self, context: Context, slots: ModelSlots, manifest: Manifest) -> None:
        self._context, self._slots, self._manifest = context, slots, manifest
        self._of_canary: Context | None = None  # looked for when the first of its customers comes
        self._arms = {name: Arm(name) for name in (CANARY, PRODUCTION)}

    def judge(self, transaction: Transaction, snapshot: Snapshot, *, with_reasons: bool) -> tuple[Context, Verdict]:
        """The verdict, and who gave it. Whatever happens to a canary, its customers get production's answer, which says so."""
        canary = self._context.control.canary_for(transaction.customer_id)
        if canary is None:
            return self._context, self._judged(self._context, transaction, snapshot, with_reasons)
        mine = self._canarys(canary)
        try:
            verdict = self._judged(mine, transaction, snapshot, with_reasons)
        except Exception as error:
            if mine.answering.by != CANARY:
                raise
            logger.warning("the canary failed: %s", type(error).__name__)
        else:
            if mine.answering.by != CANARY or not verdict.degraded:
                return mine, verdict
        answering = self._context.answering
        mine = replace(mine, answering=answering._replace(degraded=[FAILED, *answering.degraded]))
        return mine, self._judged(mine, transaction, snapshot, with_reasons)

    def take(self, decision: Decision) -> None:
        """Count what was decided, on the side of whoever was to answer."""
        canary = self._context.control.canary_for(decision.transaction.customer_id)
        arm = self._arms[CANARY if canary else PRODUCTION]
        arm.decisions += 1
        arm.alerts += decision.outcome != "allow"
        arm.degraded += is_faulty(decision.answer["degraded"])
        arm.probability += decision.answer["fraud_probability"] or 0.0
        arm.milliseconds += decision.duration_seconds * 1000

    def tell(self) -> None:
        """Print what each side did, while a canary answers anybody."""
        for arm in self._arms.values():
            if self._context.control.canary and arm.decisions:
                count_arm(arm)

    def _canarys(self, canary: ModelRef) -> Context:
        if self._of_canary is None:
            answering = self._slots.canary(canary, self._context.answering)
            for failed in answering.failed:
                count_fault("BundleLoadFailed", failed)
            self._of_canary = replace(self._context, answering=answering)
        return self._of_canary

    def _judged(self, context: Context, transaction: Transaction, snapshot: Snapshot, with_reasons: bool) -> Verdict:
        judge = Judge(self._manifest, context.answering.model, context.deciding.policy)
        return judge.judge(transaction, snapshot, with_reasons=with_reasons)
