"""Which weeks models are judged on, and which chunks they may have learned by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from greenfraud.chunks import Chunk
from greenfraud.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class TestWeek:
    """The week that models are judged on, and the chunks whose labels were all observed before it, in time order."""

    __test__ = False  # nothing that pytest should collect

    chunk: Chunk
    learned: tuple[Chunk, ...]


def plan_week(start: date, first_day: date, last_day: date, maturity_days: int) -> TestWeek:
    """Return the week that begins on `start`, for data of [first_day, last_day] whose labels take `maturity_days`.

    Chunks are counted back from the week, so that the newest mature one is always learned; days that are left over at the
    beginning belong to the first chunk. Raises InvalidInput when the data do not reach, or nothing could have been learned.

    >>> week = plan_week(date(2018, 5, 3), date(2018, 4, 1), date(2018, 6, 30), 7)
    >>> [chunk.id for chunk in week.learned]
    ['20180401-20180412', '20180412-20180419', '20180419-20180426']
    """
    earliest, latest = first_day + WEEK + timedelta(days=maturity_days), last_day + timedelta(days=1) - WEEK
    if not earliest <= start <= latest:
        raise InvalidInput("weeks", f"the week of {start} cannot be judged: {_why(start, first_day, last_day, earliest, latest)}")
    return TestWeek(Chunk(start, start + WEEK), _learned_before(start, first_day, maturity_days))


def plan_split(start: date, first_day: date, last_day: date, maturity_days: int) -> TestWeek:
    """Return all from `start` on as what is judged, by models that learned the whole weeks before, less the label delay.

    For a split that others have published figures on. Raises InvalidInput as `plan_week` does.
    """
    earliest = first_day + WEEK + timedelta(days=maturity_days)
    if not earliest <= start <= last_day:
        raise InvalidInput(
            "weeks", f"the data of {first_day} to {last_day} cannot be split on {start}: the first possible day is {earliest}"
        )
    return TestWeek(Chunk(start, last_day + timedelta(days=1)), _learned_before(start, first_day, maturity_days))


def _learned_before(start: date, first_day: date, maturity_days: int) -> tuple[Chunk, ...]:
    ends = [start - WEEK * number for number in range((start - first_day) // WEEK)]
    mature = sorted(end for end in ends if end + timedelta(days=maturity_days) <= start)
    starts = [first_day, *mature[:-1]]
    return tuple(Chunk(begin, end) for begin, end in zip(starts, mature, strict=True))


def _why(start: date, first_day: date, last_day: date, earliest: date, latest: date) -> str:
    if earliest > latest:
        return f"the data, {first_day} to {last_day}, are too short for any week: one to learn, its labels, one to judge"
    if start > latest:
        return f"the data end on {last_day}; the last week that they cover starts on {latest}"
    return f"no label of a whole week is mature by then; the data start on {first_day}, the first possible week on {earliest}"


def plan_weeks(starts: Sequence[date], first_day: date, last_day: date, maturity_days: int) -> list[TestWeek]:
    """Return every wanted week in time order; see `plan_week`."""
    return [plan_week(start, first_day, last_day, maturity_days) for start in sorted(set(starts))]


def last_weeks(count: int, first_day: date, last_day: date, maturity_days: int) -> list[date]:
    """Return the starts of the last weeks that the data can judge, at most `count`.

    >>> last_weeks(2, date(2018, 4, 1), date(2018, 6, 30), 7)
    [datetime.date(2018, 6, 17), datetime.date(2018, 6, 24)]
    """
    latest = last_day + timedelta(days=1) - WEEK
    starts = [latest - WEEK * back for back in reversed(range(count))]
    earliest = first_day + WEEK + timedelta(days=maturity_days)
    return [start for start in starts if start >= earliest] or [latest]


def grids(weeks: Sequence[TestWeek]) -> list[list[TestWeek]]:
    """Group weeks whose chunks are cut on the same days: one chain of trainings serves a whole group."""
    groups: dict[int, list[TestWeek]] = {}
    for week in weeks:
        groups.setdefault(week.chunk.start_day.toordinal() % WEEK.days, []).append(week)
    return list(groups.values())


def chunks_of(weeks: Sequence[TestWeek]) -> list[Chunk]:
    """Return every chunk that one group of weeks learns from or is judged on, in time order."""
    return sorted({chunk for week in weeks for chunk in (*week.learned, week.chunk)})
