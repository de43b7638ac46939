"""Chunks: the half-open ranges of days that training goes through in order, and which of them may be trained."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median_low

from greenfraud.errors import InvalidInput
from greenfraud.instants import DAY_US, start_of_day_us

DEFAULT_CHUNK_DAYS = 7
HABIT_CHUNKS = 4  # of fewer, nobody can tell on how many days a chunk usually has transactions
_ID = re.compile(r"\d{8}-\d{8}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Chunk:
    """The days from `start_day` up to, not including, `end_day`.

    >>> Chunk(date(2018, 5, 1), date(2018, 5, 8)).id
    '20180501-20180508'
    """

    start_day: date
    end_day: date

    def __post_init__(self) -> None:
        """Refuse an empty or reversed range."""
        if self.start_day >= self.end_day:
            raise InvalidInput("chunk", f"{self.id} must end after it starts")

    @classmethod
    def parse(cls, chunk_id: str) -> Chunk:
        """Read an id. Raises InvalidInput when it is not `YYYYMMDD-YYYYMMDD` of real days in order."""
        if not isinstance(chunk_id, str) or not _ID.fullmatch(chunk_id):
            raise InvalidInput("chunk", f"{chunk_id!r} is not of the form YYYYMMDD-YYYYMMDD")
        try:
            return cls(date.fromisoformat(chunk_id[:8]), date.fromisoformat(chunk_id[9:]))
        except ValueError:
            raise InvalidInput("chunk", f"{chunk_id!r} names an impossible day") from None

    @property
    def id(self) -> str:
        """The id under which the chunk is stored everywhere."""
        return f"{self.start_day:%Y%m%d}-{self.end_day:%Y%m%d}"

    @property
    def start_us(self) -> int:
        """First microsecond inside."""
        return start_of_day_us(self.start_day)

    @property
    def end_us(self) -> int:
        """First microsecond after."""
        return start_of_day_us(self.end_day)

    @property
    def days(self) -> list[date]:
        """Every day inside, in order."""
        return [self.start_day + timedelta(days=n) for n in range((self.end_day - self.start_day).days)]

    def is_mature(self, as_of_us: int, maturity_days: int) -> bool:
        """Tell whether every label of the chunk has had `maturity_days` to arrive."""
        return self.end_us + maturity_days * DAY_US <= as_of_us


def chunks_between(first_day: date, as_of_us: int, chunk_days: int = DEFAULT_CHUNK_DAYS) -> list[Chunk]:
    """Return the chunks that ended by `as_of_us`, counted from the data set's first day.

    >>> [chunk.id for chunk in chunks_between(date(1970, 1, 1), 15 * DAY_US)]
    ['19700101-19700108', '19700108-19700115']
    """
    complete = max(0, as_of_us - start_of_day_us(first_day)) // (chunk_days * DAY_US)
    starts = [first_day + timedelta(days=n * chunk_days) for n in range(complete)]
    return [Chunk(start, start + timedelta(days=chunk_days)) for start in starts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What decides which chunks may be trained: the days with transactions, and how long labels take to arrive.

    `newest_us` is the time of the newest transaction that was imported. `held` are the chunks in quarantine.
    """

    first_day: date
    newest_us: int
    days: frozenset[date]
    chunk_days: int = DEFAULT_CHUNK_DAYS
    maturity_days: int
    held: frozenset[str] = frozenset()

    def up_to(self, today: date) -> Coverage:
        """Return the coverage without days after `today`, which a clock that runs wrong has sent."""
        return replace(self, days=frozenset(day for day in self.days if day <= today))

    def without(self, held: Iterable[str]) -> Coverage:
        """Return the coverage with chunks in quarantine, which are neither trained nor judged on."""
        return replace(self, held=frozenset(held))

    @property
    def as_of_us(self) -> int:
        """How far the data reach; of a day that landed after the import, only its beginning is certain."""
        return max([self.newest_us, *(start_of_day_us(day) for day in self.days)])

    @property
    def usual_days(self) -> int:
        """On how many days a chunk has transactions where it has any, in the median: a shop may open on two days a week."""
        ended = len(chunks_between(self.first_day, self.as_of_us, self.chunk_days))
        places = ((day - self.first_day).days // self.chunk_days for day in self.days)
        found = Counter(place for place in places if 0 <= place < ended)
        return median_low(found.values()) if len(found) >= HABIT_CHUNKS else self.chunk_days

    @property
    def mature(self) -> list[Chunk]:
        """Every chunk that has ended, has transactions on more than half of its usual days, and whose labels had time to arrive.

        One that is held is none of them.

        A stray transaction long after all others moves the present; the weeks it jumps over have nothing to learn from.
        """
        ended, usual = chunks_between(self.first_day, self.as_of_us, self.chunk_days), self.usual_days
        complete = [chunk for chunk in ended if 2 * len(self.days.intersection(chunk.days)) > usual]
        return [chunk for chunk in complete if chunk.is_mature(self.as_of_us, self.maturity_days) and chunk.id not in self.held]
