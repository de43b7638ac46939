"""Which weeks are judged, and on which earlier one it is settled whom of ours the incumbent is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from greenfraud.errors import InvalidInput
from training.comparison.weeks import WEEK, TestWeek, last_weeks, plan_week, plan_weeks

if TYPE_CHECKING:
    from greenfraud.chunks import Chunk


@dataclass(frozen=True)
class Plan:
    """The judged weeks, and the week before their models' labels on which a family is chosen; None where nothing lies before."""

    judged: tuple[TestWeek, ...]
    chosen_on: TestWeek | None

    @property
    def weeks(self) -> tuple[TestWeek, ...]:
        """Every week that needs scores, in time order."""
        return (*((self.chosen_on,) if self.chosen_on else ()), *self.judged)

    @property
    def learned(self) -> list[Chunk]:
        """Every chunk that is learned, in time order."""
        return sorted({chunk for week in self.weeks for chunk in week.learned})


def plan_comparison(first_day: date, newest_day: date, maturity_days: int, weeks: int) -> Plan:
    """Return a plan for data of [first_day, newest_day]: of the newest days no label is mature, and nothing is judged on them.

    The family is chosen on a week all of whose labels were mature when the first judged week began. Raises InvalidInput.

    >>> plan = plan_comparison(date(2018, 4, 1), date(2018, 5, 26), 7, 2)
    >>> [week.chunk.id for week in plan.judged], plan.chosen_on.chunk.id
    (['20180506-20180513', '20180513-20180520'], '20180422-20180429')
    """
    last_day = newest_day - timedelta(days=maturity_days)
    reach = first_day, last_day, maturity_days
    judged = plan_weeks(last_weeks(weeks, *reach), *reach)
    back = -(-(WEEK.days + maturity_days) // WEEK.days)  # whole weeks, so that chunks are cut on the same days
    try:
        chosen_on = plan_week(judged[0].chunk.start_day - back * WEEK, *reach)
    except InvalidInput:
        chosen_on = None
    return Plan(tuple(judged), chosen_on)
