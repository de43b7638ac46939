"""How much a job bears with MLflow: a minute in all, and its first fault ends it. What was not said then is said by a later job."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from greenfraud.faults import told, trail_of
from training.job.footprint import store_metrics

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
BUDGET_SECONDS = 60.0
METRIC = "TrackingFailures"

log = logging.getLogger(__name__)


class Patience:
    """Acts that may fail, hang or be refused without the job's noticing. Nothing is tried after the first fault."""

    def __init__(self, budget_seconds: float = BUDGET_SECONDS) -> None:
        """Start with the whole budget; only what is spent in `attempt` counts."""
        self._left = budget_seconds
        self.has_failed = False

    def attempt(self, what: str, act: Callable[[], T]) -> T | None:
        """Return what `act` returns; None where it failed, or did not end in time, or nothing is tried any more.

        It runs in a thread of its own, which is left alone when time is up and ends with the process: a name that is not
        resolved, a server that never answers and a locked file do not ask how long they may take.
        """
        if self.has_failed:
            return None
        results: list[T] = []
        faults: list[Exception] = []

        def run() -> None:
            try:
                results.append(act())
            except Exception as error:  # whatever MLflow, its store or its answer is like
                faults.append(error)

        started = time.monotonic()
        thread = threading.Thread(target=run, name=f"tracking {what}", daemon=True)
        thread.start()
        thread.join(max(0.0, self._left))
        self._left -= time.monotonic() - started
        if results:
            return results[0]
        self.has_failed = True
        reason = f"{told(faults[0])}; by way of {trail_of(faults[0])}" if faults else "no end in time"
        log.warning("tracking: %s is left to a later job: %s", what, reason)
        return None

    def count(self) -> None:
        """Put the job's one metric: 1 where something was left to a later job."""
        store_metrics({METRIC: float(self.has_failed)})
