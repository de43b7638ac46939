"""The model in shadow: it scores the values of each decision and is only logged; whatever becomes of it, no request is the worse.

It is loaded in a thread of its own, so that no request waits for a store. Where it fails, or takes too long SLOW_AT_MOST times in a
row, it rests, which bounds what it costs: so many late answers in RETRY_SECONDS. One may be the machine's fault.
Requests and loads may come at once: each looks at one seat, which is exchanged as a whole when another model is named.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread
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


@dataclass
class Seat:
    """What becomes of one model from when it is named; `slow` counts its slow scores in a row."""

    wanted: ModelRef | None = None
    model: Model | None = None
    is_loading: bool = False
    failure: Failure | None = None
    slow: int = 0


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
        self._lock = Lock()  # of the seat that is looked at, of what is written there, and of the faults
        self._seat = Seat()
        self._untold: list[str] = []

    def score(self, verdict: Verdict, control: ControlDocument, policy: Policy) -> Shadowed | None:
        """What it says of the values that a verdict was made on; None where there is none, it is not loaded yet, or it rests."""
        seat = self._seat_of(control.shadow)
        if seat.wanted is None or self._rests(seat):
            return None
        if seat.model is None:
            self._load(seat, seat.wanted)
        model = seat.model
        return None if model is None else self._scored(seat, model, verdict, policy)

    def faults(self) -> list[str]:
        """The classes of the faults that were met since somebody asked last."""
        with self._lock:
            found, self._untold = self._untold, []
        return found

    def _seat_of(self, wanted: ModelRef | None) -> Seat:
        with self._lock:
            if self._seat.wanted != wanted:
                self._seat = Seat(wanted)
            return self._seat

    def _scored(self, seat: Seat, model: Model, verdict: Verdict, policy: Policy) -> Shadowed | None:
        started = self._timer()
        try:
            (probability,) = model.probabilities([model.row(verdict.features.values)])
            payment = payment_of(verdict.transaction, verdict.features.values)
            found = judge(policy, payment, probability, self._computed)
        except Exception as error:  # a model that nobody has relied on yet may fail in any way
            logger.warning("the shadow failed: %s", type(error).__name__)
            self._fail(seat, "failed")
            return None
        if not 0.0 <= probability <= 1.0:
            self._fail(seat, "failed")
            return None
        self._count_slow(seat, is_slow=self._timer() - started > LONGEST_SECONDS)
        return Shadowed(model.bundle.family, model.bundle.version, probability, found.decision)

    def _count_slow(self, seat: Seat, *, is_slow: bool) -> None:
        with self._lock:
            seat.slow = seat.slow + 1 if is_slow else 0
            is_too_slow = seat.slow == SLOW_AT_MOST
            if is_too_slow:
                seat.slow = 0
        if is_too_slow:
            self._fail(seat, "slow")

    def _load(self, seat: Seat, wanted: ModelRef) -> None:
        with self._lock:
            if seat.is_loading or seat.model is not None or self._rests(seat):
                return
            seat.is_loading = True
        try:
            self._start(lambda: self._loaded(seat, wanted))
        except RuntimeError as error:  # no thread can be started now
            logger.warning("shadow %s was not loaded: %s", wanted.name, told(error))
            seat.is_loading = False
            self._fail(seat, "failed")

    def _loaded(self, seat: Seat, wanted: ModelRef) -> None:
        try:
            seat.model = load(self._source, wanted, self._computed)
        except Exception as error:  # in a thread, nobody else would hear of it
            logger.warning("shadow %s was not loaded: %s", wanted.name, told(error))
            self._fail(seat, error.fault if isinstance(error, BundleError) else "failed")
        finally:
            seat.is_loading = False

    def _fail(self, seat: Seat, fault: str) -> None:
        """Let it rest, and count why, unless another model is named by now."""
        with self._lock:
            seat.failure = Failure(self._clock(), fault)
            if seat is self._seat:
                self._untold.append(fault)

    def _rests(self, seat: Seat) -> bool:
        failure = seat.failure
        return failure is not None and self._clock() - failure.at < RETRY_SECONDS
