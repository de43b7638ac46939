"""What could be learned from a history and judged on it, under one maturity of its labels, by the rules of the plan itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from greenfraud.chunks import DEFAULT_CHUNK_DAYS, Chunk, Coverage, chunks_between
from greenfraud.enough import Split, lack, possible_on, split
from greenfraud.instants import start_of_day_us
from greenfraud.weekly_frauds import WeekCount, count_weeks
from intake.look.findings import Calendar, Week


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
    def counted(self) -> dict[str, WeekCount]:
        """Frauds that can be asked about, week by week."""
        chunks = chunks_between(self.coverage.first_day, self.coverage.as_of_us)
        if self.calendar.victims:
            return count_weeks(chunks, self.calendar.victims, self.legitimate, self.maturity_days)
        return {chunk.id: self._of_nobody(chunk) for chunk in chunks}

    @cached_property
    def legitimate(self) -> dict[date, int]:
        """Payments by day that are known to be no fraud."""
        unknown, frauds = self.calendar.uninvestigated, self.calendar.frauds
        return {day: count - frauds.get(day, 0) - unknown.get(day, 0) for day, count in self.calendar.payments.items()}

    def _of_nobody(self, chunk: Chunk) -> WeekCount:
        """Where no customer is known, none is known to be compromised."""
        frauds, mature = self.frauds_in(chunk), chunk.end_day + timedelta(days=self.maturity_days)
        return WeekCount(sum(self.legitimate.get(day, 0) for day in chunk.days), {mature: frauds} if frauds else {})

    @cached_property
    def split(self) -> Split:
        """The weeks that are judged, and those that are learned."""
        return split(self.coverage, self.counted)

    @cached_property
    def lack(self) -> str:
        """What stands in the way, nothing where it is enough."""
        return lack(self.split, self.coverage, self.counted)

    @cached_property
    def possible_on(self) -> date | None:
        """From when on it should be enough, None where it is, or nobody can tell."""
        return possible_on(self.coverage, self.counted) if self.lack else None

    def left_in(self, chunk: Chunk) -> int:
        """Count the frauds of a week that can be asked about once they are known."""
        return self.counted[chunk.id].in_all

    def frauds_in(self, chunk: Chunk) -> int:
        """Count the frauds of a week."""
        return sum(self.calendar.frauds.get(day, 0) for day in chunk.days)

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
