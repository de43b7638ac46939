"""The model in shadow: it scores the values of each decision and is only logged; whatever becomes of it, no request is the worse.

It is loaded in a thread of its own, so that no request waits for a store. Where it fails, or takes too long SLOW_AT_MOST times in a
row, it rests, which bounds what it costs: so many late answers in RETRY_SECONDS. One may be the machine's fault.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Thread
from typing import NamedTuple

from functions.score.bundles import RETRY_SECONDS, BundleSource, Failure, load
from functions.score.model import Model
from functions.score.verdict import Verdict, payment_of
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import BundleError
from greenfraud.faults import told
from greenfraud.features.manifest import Manifest
from greenfraud.policy import Decision, Policy, judge

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 0.005  # of one score; a model needs a hundredth of it
SLOW_AT_MOST = 3
Start = Callable[[Callable[[], None]], None]


class Shadowed(NamedTuple):
    """What the model in shadow says of a payment, and what it would have decided by the policy in force."""

    family: str
    version: str
    probability: float
    decision: Decision


def in_thread(work: Callable[[], None]) -> None:
    """Do it beside the requests; the thread ends with the process."""
    Thread(target=work, daemon=True).start()


class ShadowSlot:
    """The one model that the control document names as its shadow."""

    def __init__(
        self,
        source: BundleSource,
        computed: Manifest,
        *,
        start: Start = in_thread,
        clock: Callable[[], float] = time.monotonic,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._source, self._computed = source, computed
        self._start, self._clock, self._timer = start, clock, timer
        self._wanted: ModelRef | None = None
        self._model: Model | None = None
        self._is_loading = False
        self._failure: Failure | None = None
        self._untold: list[str] = []
        self._slow = 0  # in a row

    def score(self, verdict: Verdict, control: ControlDocument, policy: Policy) -> Shadowed | None:
        """What it says of the values that a verdict was made on; None where there is none, it is not loaded yet, or it rests."""
        if control.shadow != self._wanted:
            self._wanted, self._model, self._failure, self._is_loading, self._slow = control.shadow, None, None, False, 0
        if self._wanted is None or self._rests():
            return None
        if self._model is None:
            self._load(self._wanted)
        return None if self._model is None else self._scored(self._model, verdict, policy)

    def faults(self) -> list[str]:
        """The classes of the faults that were met since somebody asked last."""
        found, self._untold = self._untold, []
        return found

    def _scored(self, model: Model, verdict: Verdict, policy: Policy) -> Shadowed | None:
        started = self._timer()
        try:
            (probability,) = model.probabilities([model.row(verdict.features.values)])
            payment = payment_of(verdict.transaction, verdict.features.values)
            found = judge(policy, payment, probability, self._computed)
        except Exception as error:  # a model that nobody has relied on yet may fail in any way
            logger.warning("the shadow failed: %s", type(error).__name__)
            self._fail("failed")
            return None
        if not 0.0 <= probability <= 1.0:
            self._fail("failed")
            return None
        self._slow = self._slow + 1 if self._timer() - started > LONGEST_SECONDS else 0
        if self._slow == SLOW_AT_MOST:
            self._fail("slow")
            self._slow = 0
        return Shadowed(model.bundle.family, model.bundle.version, probability, found.decision)

    def _load(self, wanted: ModelRef) -> None:
        if not self._is_loading:
            self._is_loading = True
            self._start(lambda: self._loaded(wanted))

    def _loaded(self, wanted: ModelRef) -> None:
        try:
            model = load(self._source, wanted, self._computed)
        except Exception as error:  # in a thread, nobody else would hear of it
            logger.warning("shadow %s was not loaded: %s", wanted.name, told(error))
            if wanted == self._wanted:
                self._fail(error.fault if isinstance(error, BundleError) else "failed")
        else:
            if wanted == self._wanted:
                self._model = model
        if wanted == self._wanted:
            self._is_loading = False

    def _fail(self, fault: str) -> None:
        self._failure = Failure(self._clock(), fault)
        self._untold.append(fault)

    def _rests(self) -> bool:
        return self._failure is not None and self._clock() - self._failure.at < RETRY_SECONDS
