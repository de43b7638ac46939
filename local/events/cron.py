"""When a schedule fires next: EventBridge's cron, rate and at expressions.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
# Sunday is 1.
WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
FIELDS = 6
LAST_YEAR = 2199
SEARCH_YEARS = 8


class InvalidScheduleError(ValueError):
    """The expression is none of cron(), rate() and at()."""


@dataclass(frozen=True)
class Cron:
    """The six fields of a cron expression as sets; the two day fields stay text, their letters need a month."""

    minutes: frozenset[int]
    hours: frozenset[int]
    day_of_month: str
    months: frozenset[int]
    day_of_week: str
    years: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read `minutes hours day-of-month month day-of-week year`; raises InvalidScheduleError."""
        fields = text.upper().split()
        if len(fields) != FIELDS:
            raise InvalidScheduleError(f"cron({text}): {FIELDS} fields are needed")
        minutes, hours, day, month, weekday, year = fields
        if (day == "?") == (weekday == "?"):
            raise InvalidScheduleError(f"cron({text}): exactly one of day of month and day of week must be ?")
        return cls(
            minutes=numbers(minutes, 0, 59),
            hours=numbers(hours, 0, 23),
            day_of_month=day,
            months=numbers(month, 1, 12, MONTHS),
            day_of_week=weekday,
            years=numbers(year, 1970, LAST_YEAR),
        )

    def matches_day(self, day: date) -> bool:
        """Whether the schedule fires on that day."""
        if day.year not in self.years or day.month not in self.months:
            return False
        if self.day_of_week == "?":
            return day.day in days_of_month(self.day_of_month, day)
        return any(matches_weekday(part, day) for part in self.day_of_week.split(","))

    def after(self, moment: datetime) -> datetime | None:
        """The first firing later than `moment`, in its time zone, or None within eight years."""
        start = moment.date()
        for offset in range(SEARCH_YEARS * 366):
            day = start + timedelta(days=offset)
            if not self.matches_day(day):
                continue
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    firing = datetime(day.year, day.month, day.day, hour, minute, tzinfo=moment.tzinfo)
                    if firing > moment:
                        return firing
        return None


def numbers(field: str, lowest: int, highest: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """The values a field stands for.

    >>> sorted(numbers("0/20,5", 0, 59)), sorted(numbers("JAN-MAR", 1, 12, MONTHS))
    ([0, 5, 20, 40], [1, 2, 3])
    """
    return frozenset(value for part in field.split(",") for value in part_values(part, lowest, highest, names or {}))


def part_values(part: str, lowest: int, highest: int, names: dict[str, int]) -> Iterator[int]:
    """The values of one item of a list: a value, a range, all, each with an optional step."""
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    try:
        begin = lowest if first in ("*", "?") else names.get(first) or int(first)
        end = names.get(last) or int(last) if last else (highest if step or first in ("*", "?") else begin)
        every = int(step or 1)
    except ValueError as failure:
        raise InvalidScheduleError(f"{part} is neither a number nor a range") from failure
    return iter(range(begin, end + 1, every))


def days_of_month(field: str, day: date) -> frozenset[int]:
    """The days of that day's month the field stands for, with L (last) and W (nearest weekday)."""
    length = calendar.monthrange(day.year, day.month)[1]
    if field == "L":
        return frozenset({length})
    if field.endswith("W"):
        target = length if field == "LW" else int(field[:-1])
        return frozenset({nearest_weekday(date(day.year, day.month, min(target, length)), length)})
    return numbers(field, 1, 31)


def nearest_weekday(day: date, length: int) -> int:
    """The day itself, or the closest Monday to Friday within its month."""
    saturday, sunday = 5, 6
    if day.weekday() == saturday:
        return day.day - 1 if day.day > 1 else day.day + 2
    if day.weekday() == sunday:
        return day.day + 1 if day.day < length else day.day - 2
    return day.day


def matches_weekday(part: str, day: date) -> bool:
    """Whether the day is one a day-of-week item stands for, with `5L` (last Thursday) and `3#2` (second Tuesday)."""
    weekday = day.isoweekday() % 7 + 1
    if "#" in part:
        name, _, number = part.partition("#")
        return weekday == (WEEKDAYS.get(name) or int(name)) and (day.day - 1) // 7 + 1 == int(number)
    if part.endswith("L"):
        name = part[:-1] or "SAT"
        is_last = day.day + 7 > calendar.monthrange(day.year, day.month)[1]
        return is_last and weekday == (WEEKDAYS.get(name) or int(name))
    return weekday in numbers(part, 1, 7, WEEKDAYS)


def next_firing(expression: str, *, after: datetime, since: datetime, zone: str = "UTC") -> datetime | None:
    """The first firing later than `after` of a schedule that exists since `since` (both aware), or None.

    A rate counts from `since`; cron and at are read in `zone`. Raises InvalidScheduleError.

    >>> start = datetime(2018, 5, 1, 12, 30, tzinfo=UTC)
    >>> next_firing("cron(0 2 ? * MON-FRI *)", after=start, since=start).isoformat()
    '2018-05-02T02:00:00+00:00'
    >>> next_firing("rate(7 days)", after=start, since=start).isoformat()
    '2018-05-08T12:30:00+00:00'
    """
    match = re.fullmatch(r"(cron|rate|at)\((.+)\)", expression.strip())
    if match is None:
        raise InvalidScheduleError(f"{expression}: use cron(...), rate(...) or at(...)")
    kind, text = match.groups()
    if kind == "rate":
        return next_of_rate(text, after, since)
    local = ZoneInfo(zone)
    if kind == "at":
        moment = datetime.fromisoformat(text).replace(tzinfo=local)
        return moment.astimezone(UTC) if moment > after else None
    firing = Cron.parse(text).after(after.astimezone(local))
    return None if firing is None else firing.astimezone(UTC)


def next_of_rate(text: str, after: datetime, since: datetime) -> datetime:
    """The next multiple of the rate."""
    count, _, unit = text.partition(" ")
    period = UNITS.get(unit.strip().removesuffix("s"))
    if period is None or not count.isdigit() or int(count) < 1:
        raise InvalidScheduleError(f"rate({text}): use a number of minutes, hours or days")
    period *= int(count)
    return since + ((after - since) // period + 1) * period
