"""When a schedule fires next: EventBridge Scheduler's cron and at expressions, as far as the templates and tests use them.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
FIELDS = 6
SEARCH_DAYS = 8 * 366  # 29 February may be eight years away


class InvalidScheduleError(ValueError):
    """The expression is not one that the embedded AWS can follow."""


@dataclass(frozen=True)
class Cron:
    """The fields of a cron expression as the values they stand for; Sunday is 1."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read `minutes hours day-of-month month day-of-week year`; raises InvalidScheduleError."""
        fields = text.upper().split()
        if len(fields) != FIELDS or fields[-1] != "*":
            raise InvalidScheduleError(f"cron({text}): {FIELDS} fields are needed, and the year must be *")
        minutes, hours, day, month, weekday, _ = fields
        if (day == "?") == (weekday == "?"):
            raise InvalidScheduleError(f"cron({text}): exactly one of day of month and day of week must be ?")
        return cls(
            minutes=values(minutes, 0, 59),
            hours=values(hours, 0, 23),
            days=values(day, 1, 31),
            months=values(month, 1, 12, MONTHS),
            weekdays=values(weekday, 1, 7, WEEKDAYS),
        )

    def after(self, moment: datetime) -> datetime | None:
        """The first firing later than `moment`, in its time zone, or None within eight years."""
        for offset in range(SEARCH_DAYS):
            day = moment.date() + timedelta(days=offset)
            if day.day not in self.days or day.month not in self.months or day.isoweekday() % 7 + 1 not in self.weekdays:
                continue
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    firing = datetime(day.year, day.month, day.day, hour, minute, tzinfo=moment.tzinfo)
                    if firing > moment:
                        return firing
        return None


def values(field: str, lowest: int, highest: int, names: Mapping[str, int] | None = None) -> frozenset[int]:
    """The values of a field: all of them, or a list of single ones and ranges.

    >>> sorted(values("5,20", 0, 59)), sorted(values("JAN-MAR", 1, 12, MONTHS))
    ([5, 20], [1, 2, 3])
    """
    if field in ("*", "?"):
        return frozenset(range(lowest, highest + 1))
    known = names or {}
    found: set[int] = set()
    for part in field.split(","):
        first, _, last = part.partition("-")
        try:
            begin, end = (known[name] if name in known else int(name) for name in (first, last or first))
        except ValueError as failure:
            raise InvalidScheduleError(f"{part} is neither a value nor a range; steps, L, W and # are not emulated") from failure
        found |= set(range(begin, end + 1))
    return frozenset(found)


def next_firing(expression: str, *, after: datetime, zone: str = "UTC") -> datetime | None:
    """The first firing later than `after` (aware), or None; the expression is read in `zone`. Raises InvalidScheduleError.

    >>> next_firing("cron(0 2 ? * MON-FRI *)", after=datetime(2018, 5, 1, 12, 30, tzinfo=UTC)).isoformat()
    '2018-05-02T02:00:00+00:00'
    """
    match = re.fullmatch(r"(cron|at)\((.+)\)", expression.strip())
    if match is None:
        raise InvalidScheduleError(f"{expression}: use cron(...) or at(...)")
    kind, text = match.groups()
    local = ZoneInfo(zone)
    if kind == "at":
        moment = datetime.fromisoformat(text).replace(tzinfo=local)
        return moment.astimezone(UTC) if moment > after else None
    firing = Cron.parse(text).after(after.astimezone(local))
    return None if firing is None else firing.astimezone(UTC)
