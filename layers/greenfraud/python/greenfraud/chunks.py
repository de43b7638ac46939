"""Chunks: the half-open ranges of days that training goes through in order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from greenfraud.errors import InvalidInput
from greenfraud.instants import DAY_US, start_of_day_us

DEFAULT_CHUNK_DAYS = 7
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
        except ValueError as error:
            raise InvalidInput("chunk", f"{chunk_id!r} names an impossible day: {error}") from error

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


def holdout_and_trainable(first_day: date, as_of_us: int, chunk_days: int, maturity_days: int) -> tuple[Chunk | None, list[Chunk]]:
    """Return the newest mature chunk, and those whose labels were all observed before it starts.

    The gap between both is the label delay of the Fraud Detection Handbook's protocol: a model may learn
    only from what was known when the first held-out transaction happened.

    >>> holdout, trainable = holdout_and_trainable(date(1970, 1, 1), 35 * DAY_US, 7, 7)
    >>> holdout.id, [chunk.id for chunk in trainable]
    ('19700122-19700129', ['19700101-19700108', '19700108-19700115'])
    """
    chunks = chunks_between(first_day, as_of_us, chunk_days)
    mature = [chunk for chunk in chunks if chunk.is_mature(as_of_us, maturity_days)]
    if not mature:
        return None, []
    holdout = mature[-1]
    return holdout, [chunk for chunk in mature if chunk.is_mature(holdout.start_us, maturity_days)]
