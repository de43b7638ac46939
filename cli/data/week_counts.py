"""How many frauds of each week can be judged, counted from tables of payments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cli.data.dataset import INVESTIGATED, Dataset
from greenfraud.chunks import Chunk, chunks_between
from greenfraud.instants import DAY_US, day_of
from greenfraud.outcomes import ALLOW
from greenfraud.weekly_frauds import KNOWN_DAYS, Victim, WeekCount, count_weeks

Days = np.ndarray[Any, np.dtype[np.int64]]


@dataclass
class Counting:
    """Frauds with their victims and, by day, the payments known to be legitimate, gathered table by table."""

    maturity_days: int
    victims: list[Victim] = field(default_factory=list)
    legitimate: Counter[date] = field(default_factory=Counter)

    def add(self, table: pa.Table) -> None:
        """Count a table in the columns of a data set."""
        self.victims.extend(self._victims(table.filter(table["is_fraud"])))
        known = pc.and_(is_judged(table), pc.invert(table["is_fraud"]))
        self.legitimate.update(by_day(table["occurred_us"].filter(known).to_numpy() // DAY_US))

    def _victims(self, frauds: pa.Table) -> Iterator[Victim]:
        columns = (frauds[name].to_pylist() for name in ("occurred_us", "observed_us", "customer_id"))
        for occurred_us, observed_us, customer in zip(*columns, strict=True):
            day = day_of(occurred_us)
            yield Victim(day, day + timedelta(days=self.maturity_days) if observed_us is None else day_of(observed_us), customer)

    def weeks(self, first_day: date, newest_us: int) -> dict[str, WeekCount]:
        """Return the counts of every week that is over."""
        return count_weeks(chunks_between(first_day, newest_us), self.victims, self.legitimate, self.maturity_days)


def is_judged(table: pa.Table) -> pa.ChunkedArray:
    """Tell of each row whether silence about it says that it was legitimate: it went through, and somebody would have looked."""
    known = pa.chunked_array([pa.array([True] * table.num_rows, pa.bool_())])
    if INVESTIGATED in table.column_names:
        known = pc.fill_null(table[INVESTIGATED], fill_value=True)
    if "decision" not in table.column_names:
        return known
    went = pc.or_(pc.is_null(table["decision"]), pc.fill_null(pc.equal(table["decision"], ALLOW), fill_value=False))
    if "released_us" in table.column_names:
        went = pc.or_(went, pc.is_valid(table["released_us"]))
    return pc.and_(known, went)


def by_day(days: Days) -> dict[date, int]:
    """Count days since the epoch by date."""
    found, counts = np.unique(days, return_counts=True)
    return {day_of(int(day) * DAY_US): int(count) for day, count in zip(found, counts, strict=True)}


def without_live(weeks: Mapping[str, WeekCount], live: Collection[date], maturity_days: int) -> dict[str, WeekCount]:
    """Leave out weeks in which, or shortly before which, payments arrived live: the monitor counts those."""
    lookback = timedelta(days=KNOWN_DAYS + maturity_days)

    def is_imported(week: Chunk) -> bool:
        return not any(week.start_day - lookback <= day < week.end_day for day in live)

    return {name: count for name, count in weeks.items() if is_imported(Chunk.parse(name))}


def weeks_of_dataset(dataset: Dataset) -> dict[str, WeekCount]:
    """Count the weeks of a data set."""
    counting = Counting(dataset.maturity_days)
    counting.add(dataset.table)
    return counting.weeks(dataset.first_day, dataset.newest_us)
