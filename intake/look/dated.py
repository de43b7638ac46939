"""The days that a tally counted, from the file's own writing to the calendar's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from greenfraud.weekly_frauds import Victim
from intake.described_values import STEPS
from intake.look.findings import Calendar, TimeForm
from intake.look.proposed_times import START
from intake.look.tally import MOST_FRAUDS, Tally

EPOCH = date(1970, 1, 1)


def is_datable(form: TimeForm | None) -> bool:
    """Tell whether days can be told: not where day, month and year may stand in another order, or the unit of steps is open."""
    return (
        form is not None
        and form.style != "unreadable"
        and not form.other_formats
        and (form.style != STEPS or (len(form.units) == 1 and not form.is_serial))
    )


def calendar_of(tally: Tally, form: TimeForm, maturity_days: int, start: date | None, today: date) -> tuple[Calendar, Counter[str]]:
    """Return payments and frauds by day up to today, and how many rows have no day, one before 1970, or one ahead of now."""
    day_of, left_out = _reader(form, start or START), Counter[str](undated=tally.undated)
    known = {key: day_of(key) for key in tally.days}
    payments, frauds, unknown = Counter[date](), Counter[date](), Counter[date]()
    for key, count in tally.days.items():
        day = known[key]
        if day is None or not EPOCH <= day <= today:
            left_out["undated" if day is None else "before 1970" if day < EPOCH else "ahead of now"] += count
        else:
            payments[day] += count
            frauds[day] += tally.frauds[key]
            unknown[day] += tally.uninvestigated[key]
    delay = timedelta(days=maturity_days)
    is_cut = len(tally.victims) >= MOST_FRAUDS  # of some alone, nobody could tell who is known to be compromised
    victims = [] if is_cut else [(known.get(key), who) for key, who in tally.victims]
    return Calendar(
        payments=payments,
        frauds=+frauds,
        uninvestigated=+unknown,
        victims=tuple(Victim(day, day + delay, who) for day, who in victims if day is not None and EPOCH <= day <= today),
        customers=len(tally.entities["customer_id"]) if "customer_id" in tally.entities else None,
        most_of_one=max(tally.entities.get("customer_id", Counter[str]()).values(), default=0),
    ), left_out


def _reader(form: TimeForm, start: date) -> Callable[[str], date | None]:
    """How a key becomes a day; None for what is no day."""
    if form.style == "stored":
        return lambda key: _parsed(key, "%Y-%m-%d")
    if form.style == "written":
        return lambda key: _parsed(key, form.date_format)
    first = start if form.style == STEPS else EPOCH
    return lambda key: _after(first, int(key))


def _parsed(key: str, pattern: str) -> date | None:
    try:
        return datetime.strptime(key.strip(), pattern).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _after(first: date, days: int) -> date | None:
    try:
        return first + timedelta(days=days)
    except OverflowError:
        return None
