"""What is known of past decisions: the weeks whose labels are mature, who was reported, and whose silence says something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from cli.data.dataset import MATURITY_DAYS
from cli.errors import CommandError
from cli.policy.kept import Kept, Lake, Looked
from greenfraud.instants import DAY_US, day_of
from greenfraud.outcomes import ALLOW

DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Window:
    """Payments of [start_us, end_us): every label of theirs has had its time to arrive."""

    start_us: int
    end_us: int
    maturity_days: int

    @classmethod
    def before(cls, newest_us: int, maturity_days: int, weeks: int) -> Window:
        """The last weeks that are mature when the newest payment happens."""
        end_us = newest_us - maturity_days * DAY_US
        return cls(end_us - weeks * DAYS_A_WEEK * DAY_US, end_us, maturity_days)

    def has(self, day: date) -> bool:
        """Whether payments of a day may be in it."""
        return day_of(self.start_us) <= day <= day_of(self.end_us - 1)


@dataclass(frozen=True)
class Known:
    """What the lake says by now: the newest label of each payment, and what was held and then let go."""

    is_fraud: dict[str, bool]
    released: frozenset[str]

    @classmethod
    def read(cls, lake: Lake, first_day: date) -> Known:
        """Read what was told from a day on; nobody reports a payment before it happens."""
        labels: dict[str, tuple[int, bool]] = {}
        for day in (day for day in lake.days("labels") if day >= first_day):
            for row in lake.rows("labels", day):
                told = row["observed_us"], bool(row["is_fraud"])
                labels[row["transaction_id"]] = max(told, labels.get(row["transaction_id"], told), key=lambda label: label[0])
        days = [day for day in lake.days("releases") if day >= first_day]
        released = frozenset(row["transaction_id"] for day in days for row in lake.rows("releases", day))
        return cls({name: is_fraud for name, (_, is_fraud) in labels.items()}, released)

    def of(self, kept: Kept) -> bool | None:
        """Whether it is a fraud; None where nobody said so and silence says nothing, because it never went through."""
        told = self.is_fraud.get(kept.transaction_id)
        if told is not None:
            return told
        return False if kept.decision == ALLOW or kept.transaction_id in self.released else None


def mature_window(lake: Lake, weeks: int) -> Window:
    """The last mature weeks. CommandError where nothing is decided."""
    days = reversed(lake.days("decisions"))
    newest_us = next((found[-1] for day in days if (found := lake.decisions(day, lambda one: one.occurred_us))), None)
    if newest_us is None:
        raise CommandError("the lake holds no decision yet. Score some payments first; they land within minutes")
    return Window.before(newest_us, lake.maturity_days(MATURITY_DAYS), weeks)


def within(
    lake: Lake, window: Window, look: Callable[[Kept], Looked], done: Callable[[int], None] = lambda _: None
) -> Iterator[list[Looked]]:
    """What `look` makes of a window's decisions, the newest day first, each day's ascending; `done` is told how many so far.

    CommandError where there is none.
    """

    def inside(one: Kept) -> Looked | None:
        return look(one) if window.start_us <= one.occurred_us < window.end_us else None

    found = 0
    for day in filter(window.has, reversed(lake.days("decisions"))):
        of_day = lake.decisions(day, inside)
        found += len(of_day)
        done(found)
        yield of_day
    if not found:
        newest = day_of(window.end_us + window.maturity_days * DAY_US)
        older = f"no decision is {window.maturity_days} days older than the newest one, of {newest}"
        raise CommandError(f"{older}: labels have not had their time to arrive")
