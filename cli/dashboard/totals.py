"""Sums of emissions records: by stage, over time, by family and chunk, and per 1,000 decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from greenfraud.carbon import EmissionsRecord

SERVE, TRAIN = "serve", "train"  # stages
SHARED, RULES = "shared", "rules"  # in the place of a family
MOST_PERIODS = 60
PERIODS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360, 1440, 7 * 1440, 28 * 1440, 364 * 1440))
SIZES = ((1440, "day"), (60, "hour"), (1, "minute"))


@dataclass(frozen=True)
class Period:
    """A stretch of time and the records of it."""

    start: datetime
    length: timedelta
    records: Sequence[EmissionsRecord]

    @property
    def name(self) -> str:
        """Its start: the time of day where periods are shorter than a day, else the date."""
        return f"{self.start:%d %b %H:%M}" if self.length < timedelta(days=1) else f"{self.start:%Y-%m-%d}"


def length_of(stretches: Sequence[Period]) -> str:
    """How long the periods are, in words: `minute`, `6 hours`."""
    minutes = int(stretches[0].length.total_seconds() // 60) if stretches else 0
    size, name = next(((size, name) for size, name in SIZES if minutes and minutes % size == 0), (1, "period"))
    return name if minutes in {0, size} else f"{minutes // size} {name}s"


def total_grams(records: Iterable[EmissionsRecord]) -> float | None:
    """Grams of CO2 equivalent of all records; None without any."""
    grams = [record.emissions_g for record in records]
    return sum(grams) if grams else None


def kind_of(record: EmissionsRecord) -> str:
    """Whose emissions they are: a family's training, answering, or work shared by all families."""
    if record.stage == SERVE:
        return SERVE
    return record.family if record.stage == TRAIN and record.family else SHARED


def grams_by(records: Iterable[EmissionsRecord], names: Iterable[str]) -> dict[str, float]:
    """Grams by name, where `names` are those of the records; in order of first appearance."""
    totals: dict[str, float] = {}
    for record, name in zip(records, names, strict=True):
        totals[name] = totals.get(name, 0.0) + record.emissions_g
    return totals


def periods(records: Iterable[EmissionsRecord]) -> list[Period]:
    """The records in equal stretches of time, as short as keeps their number readable; empty stretches between them too."""
    timed = sorted(((_at(record), record) for record in records if record.recorded_at), key=lambda pair: pair[0])
    if not timed:
        return []
    first, last = timed[0][0], timed[-1][0]
    length = next((each for each in PERIODS if (last - first) / each < MOST_PERIODS - 1), PERIODS[-1])
    start = _floor(first, length)
    found: list[list[EmissionsRecord]] = [[] for _ in range(int((last - start) / length) + 1)]
    for at, record in timed:
        found[int((at - start) / length)].append(record)
    return [Period(start + index * length, length, inside) for index, inside in enumerate(found)]


def grams_per_1000(records: Iterable[EmissionsRecord]) -> float | None:
    """Grams of answering 1,000 times; None without an answer."""
    answers = [record for record in records if record.stage == SERVE]
    decisions = decisions_of(answers)
    return sum(record.emissions_g for record in answers) * 1000 / decisions if decisions else None


def decisions_of(records: Iterable[EmissionsRecord]) -> int:
    """How many decisions the records of answering account for."""
    return sum(record.functional_units for record in records if record.stage == SERVE)


def _at(record: EmissionsRecord) -> datetime:
    at = datetime.fromisoformat(record.recorded_at or "")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _floor(at: datetime, length: timedelta) -> datetime:
    epoch = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday, so that weeks begin on one
    return epoch + (at - epoch) // length * length
