"""The nightly round over the lake: every kind, every closed day that has small files, the newest first, while time lasts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from greenfraud.errors import GreenFraudError
from training.compaction.day_compaction import DayCompaction, Lake, Merged
from training.compaction.kinds import Kind
from training.job.bucket import PARALLEL_READS

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What a round did: days and files merged away, days left, and what could not be read or merged, by why."""

    days: int = 0
    files: int = 0
    days_left: int = 0
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Compaction:
    """A lake, what lies in it, and the first day that is still open: what happens on it is yet to land."""

    lake: Lake
    kinds: Mapping[str, Kind]
    open_day: date
    seconds: float  # after which no further day is begun
    clock: Callable[[], float] = time.monotonic

    def run(self) -> Outcome:
        """Merge what can be merged; a fault of one day keeps no other from it."""
        until, outcome = self.clock() + self.seconds, Outcome()
        days = list(self.days_to_merge())
        for number, one in enumerate(days, start=1):
            if self.clock() >= until:
                outcome.days_left += 1
                continue
            self._merge(one, outcome)
            log.info("compact: %s of %s, %d of %d, %d files in all", one.kind.name, one.day, number, len(days), outcome.files)
        return outcome

    def days_to_merge(self) -> Iterator[DayCompaction]:
        """Yield the closed days with small files, newest first, kind by kind in turn."""
        found = [DayCompaction(self.lake, kind, day) for kind in self.kinds.values() for day in self._closed_days(kind)]
        found.sort(key=lambda one: one.day, reverse=True)
        with ThreadPoolExecutor(PARALLEL_READS) as pool:
            for one, is_due in zip(found, pool.map(lambda one: one.is_due, found), strict=True):
                if is_due:
                    yield one

    def _closed_days(self, kind: Kind) -> list[date]:
        days = (date.fromisoformat(name.removeprefix("dt=")) for name in self.lake.folders(f"{kind.name}/"))
        return [day for day in days if day < self.open_day]

    def _merge(self, one: DayCompaction, outcome: Outcome) -> None:
        try:
            merged = one.run()
        except GreenFraudError as error:
            merged = Merged(unreadable={f"{one.kind.name} of {one.day}": str(error)})
        outcome.days += 1
        outcome.files += merged.files
        outcome.faults |= merged.unreadable
