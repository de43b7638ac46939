"""What could be learned from a history and judged on it, under one maturity of its labels.

The same rules as the plan's and the evaluation's: weeks count from the first day, a model may learn what was known before the
holdout began, weeks in between join the holdout where it has too few frauds (`training/evaluation/pooling.py`), and customers
known to be compromised are not asked about (`training/evaluation/holdout.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from greenfraud.chunks import DEFAULT_CHUNK_DAYS, Chunk, Coverage
from greenfraud.gate.margins import Margins
from greenfraud.instants import start_of_day_us
from intake.look.findings import Calendar, Victim, Week

KNOWN_DAYS = 7  # how much older than the label delay a fraud may be and still count as known, as in the holdout
NEEDED = Margins().minimum_frauds


@dataclass(frozen=True)
class Outlook:
    """A calendar under one maturity, and what may be judged on it."""

    calendar: Calendar
    maturity_days: int
    today: date

    @cached_property
    def coverage(self) -> Coverage:
        """What decides which weeks may be trained; days after today are none."""
        days = frozenset(self.calendar.payments)
        newest = self.calendar.newest_us
        return Coverage(
            first_day=min(days),
            newest_us=start_of_day_us(max(days)) if newest is None else newest,
            days=days,
            maturity_days=self.maturity_days,
        ).up_to(self.today)

    @cached_property
    def split(self) -> tuple[list[Chunk], list[Chunk]]:
        """The weeks that are judged, newest last, and those that are learned; both empty where there is no holdout."""
        holdout, learned = self.coverage.holdout_and_trainable()
        if holdout is None or not learned:
            return [], []
        between = [week for week in self.coverage.mature if learned[-1].end_day <= week.start_day < holdout.start_day]
        judged = [holdout]
        while between and self.left(judged) < NEEDED:
            judged.insert(0, between.pop())
        return judged, learned

    def left(self, chunks: list[Chunk]) -> int:
        """The frauds of these weeks without customers known to be compromised."""
        return sum(self.left_in(chunk) for chunk in chunks)

    def left_in(self, chunk: Chunk) -> int:
        """Count the frauds of a week without customers known by then to be compromised."""
        if not self.calendar.victims:
            return self.frauds_in(chunk)
        since = chunk.start_day - timedelta(days=KNOWN_DAYS + self.maturity_days)
        known: dict[str, date] = {}
        for one in self._victims_on(since, chunk.end_day):
            known[one.customer] = min(one.known_on, known.get(one.customer, one.known_on))
        return sum(known[one.customer] >= one.day for one in self._victims_on(chunk.start_day, chunk.end_day))

    @cached_property
    def _victims(self) -> dict[date, list[Victim]]:
        found: dict[date, list[Victim]] = {}
        for one in self.calendar.victims:
            found.setdefault(one.day, []).append(one)
        return found

    def _victims_on(self, start: date, end: date) -> Iterator[Victim]:
        for ahead in range((end - start).days):
            yield from self._victims.get(start + timedelta(days=ahead), ())

    def frauds_in(self, chunk: Chunk) -> int:
        """Count the frauds of a week."""
        return sum(self.calendar.frauds.get(day, 0) for day in chunk.days)

    @property
    def is_enough(self) -> bool:
        """Tell whether something can be learned, and the holdout has enough frauds to judge by."""
        judged, learned = self.split
        return bool(judged) and self.left(judged) >= NEEDED and any(self.frauds_in(chunk) for chunk in learned)

    def weeks(self) -> Iterator[Week]:
        """Every week from the first payment to the newest, also those without any."""
        start, newest = self.coverage.first_day, max(self.coverage.days)
        by_week: dict[int, list[date]] = {}
        for day in self.coverage.days:
            by_week.setdefault((day - start).days // DEFAULT_CHUNK_DAYS, []).append(day)
        for number in range((newest - start).days // DEFAULT_CHUNK_DAYS + 1):
            days = by_week.get(number, [])
            first = start + timedelta(days=number * DEFAULT_CHUNK_DAYS)
            yield Week(
                chunk=Chunk(first, first + timedelta(days=DEFAULT_CHUNK_DAYS)).id,
                first_day=first,
                days=len(days),
                payments=sum(self.calendar.payments[day] for day in days),
                frauds=sum(self.calendar.frauds.get(day, 0) for day in days),
            )
