"""When a history will be enough, if payments and frauds go on as they did."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta

from greenfraud.chunks import DEFAULT_CHUNK_DAYS, Chunk
from intake.look.findings import Calendar
from intake.look.outlook import Outlook

MOST_WEEKS_AHEAD = 104
WEEK = timedelta(days=DEFAULT_CHUNK_DAYS)
TWO_WEEKS_DAYS = 14  # after so long, a weekday without payments is one on which nobody opens


def possible_on(outlook: Outlook) -> date | None:
    """The first day on which it should be possible, weekdays and frauds being as so far; None where two years do not suffice."""
    start, newest = outlook.coverage.first_day, max(outlook.coverage.days)
    known = {chunk.start_day: outlook.left_in(chunk) for chunk in _full(outlook)}
    span_days = (newest - start).days + 1
    rate = weekly(outlook)
    if not rate:
        return None
    open_on = {day.weekday() for day in outlook.coverage.days} if span_days >= TWO_WEEKS_DAYS else set(range(DEFAULT_CHUNK_DAYS))

    def is_enough(ahead: int) -> bool:
        until = newest + ahead * WEEK
        days = (newest + timedelta(days=after) for after in range(1, ahead * DEFAULT_CHUNK_DAYS + 1))
        payments = dict(outlook.calendar.payments) | dict.fromkeys((day for day in days if day.weekday() in open_on), 1)
        calendar = Calendar(payments=payments, frauds=_expected(known, start, until, rate))
        return Outlook(calendar, outlook.maturity_days, until).is_enough

    # The longer, the more: so the first week is found by halving.
    ahead = bisect_left(range(1, MOST_WEEKS_AHEAD + 1), True, key=is_enough) + 1
    return newest + ahead * WEEK if ahead <= MOST_WEEKS_AHEAD else None


def weekly(outlook: Outlook) -> float:
    """The frauds of a week so far, in the mean, without customers known to be compromised."""
    full = _full(outlook)
    span_days = (max(outlook.coverage.days) - outlook.coverage.first_day).days + 1
    seen = sum(outlook.calendar.frauds.values()) / span_days * DEFAULT_CHUNK_DAYS
    return sum(outlook.left_in(chunk) for chunk in full) / len(full) if full else seen


def _full(outlook: Outlook) -> list[Chunk]:
    """The weeks that are over and have payments on more than half of their days, whether their labels are mature or not."""
    weeks = [Chunk.parse(week.chunk) for week in outlook.weeks() if 2 * week.days > DEFAULT_CHUNK_DAYS]
    return [week for week in weeks if week.end_us <= outlook.coverage.as_of_us]


def _expected(known: dict[date, int], start: date, until: date, rate: float) -> dict[date, int]:
    """Frauds by week's first day: what is known, then what the rate foretells, rounded so that sums stay true."""
    found, owed, day = dict(known), 0.0, start
    while day <= until:
        if day not in known and day >= max(known, default=start):
            owed += rate
            found[day] = int(owed)
            owed -= found[day]
        day += WEEK
    return found
