"""Times written as one number: since the epoch, or as steps since a start that no file tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from intake.look.columns import Sampled
from intake.look.names import plain_name

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
EPOCHS = {"epoch-s": 1, "epoch-ms": 10**3, "epoch-us": 10**6, "epoch-ns": 10**9}
SERIAL_START = datetime(1899, 12, 30, tzinfo=UTC)
FIRST_YEAR = 1995  # of payments that somebody still has; below, a number of seconds is no moment
SHORTEST_S, LONGEST_S = 86_400, 10 * 366 * 86_400  # a history of payments lasts a day to ten years
BY_NAME = {"step": "hours", "transactiondt": "seconds", "day": "days", "hour": "hours"}


def numbers_of(texts: Sequence[str]) -> list[float]:
    """Return the finite numbers among texts."""
    found = []
    for text in texts:
        try:
            number = float(text)
        except ValueError:
            continue
        if abs(number) < 1e300:
            found.append(number)
    return found


def epoch_of(texts: Sequence[str], now: datetime | None = None) -> str:
    """Return the unit in which numbers are moments between 1995 and tomorrow, or nothing.

    >>> epoch_of(["1772357400", "1772357460"]), epoch_of(["1525168800000"]), epoch_of(["17", "90"])
    ('epoch-s', 'epoch-ms', '')
    """
    numbers = numbers_of(texts)
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()
    last = (now or datetime.now(UTC)).timestamp() + SECONDS["days"]
    for epoch, per_second in EPOCHS.items():
        if numbers and all(first <= number / per_second <= last for number in numbers):
            return epoch
    return ""


def are_serials(least: float, most: float) -> bool:
    """Tell whether numbers may be a spreadsheet's days, which count from 1899-12-30: between 1995 and tomorrow.

    >>> are_serials(46_082, 46_112.5), are_serials(0, 743)
    (True, False)
    """
    first, last = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1)
    return (first - SERIAL_START).days <= least and most <= (last - SERIAL_START).days


def are_steps(column: Sampled) -> bool:
    """Tell whether a column of whole numbers rises from row to row, or nearly does, as steps of a clock would."""
    numbers = numbers_of(column.looked_at)
    rising = sum(after >= before for before, after in pairwise(numbers))
    return bool(numbers) and min(numbers) >= 0 and rising >= 0.98 * (len(numbers) - 1)


def units_possible(least: float, most: float, name: str) -> list[str]:
    """Return the units in which such steps last a day to ten years; the one that the name is known for comes first.

    >>> units_possible(1, 743, "step"), units_possible(0, 172_792, "Time")
    (['hours', 'days'], ['seconds', 'minutes'])
    """
    possible = [unit for unit, seconds in SECONDS.items() if SHORTEST_S <= (most - least) * seconds <= LONGEST_S] or list(SECONDS)
    usual = BY_NAME.get(plain_name(name))
    return sorted(possible, key=lambda unit: unit != usual)
