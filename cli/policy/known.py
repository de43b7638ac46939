"""What is known of past decisions: the weeks whose labels are mature, who was reported, and whose silence says something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from cli.data.dataset import MATURITY_DAYS
from cli.errors import CommandError
from cli.policy.kept import Kept, Lake
from greenfraud.instants import DAY_US, day_of
from greenfraud.outcomes import ALLOW

DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Window:
    """Payments of [start_us, end_us): every label of theirs has had its time to arrive."""

    start_us: int
    end_us: int

    @classmethod
    def before(cls, newest_us: int, maturity_days: int, weeks: int) -> Window:
        """The last weeks that are mature when the newest payment happens."""
        end_us = newest_us - maturity_days * DAY_US
        return cls(end_us - weeks * DAYS_A_WEEK * DAY_US, end_us)

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


def mature_decisions(lake: Lake, weeks: int, done: Callable[[int], None]) -> tuple[Window, list[Kept]]:
    """The decisions of the last mature weeks. CommandError where there is none."""
    days, maturity_days = lake.days("decisions"), lake.maturity_days(MATURITY_DAYS)
    newest_us = next((found[-1].occurred_us for day in reversed(days) if (found := lake.decisions(day))), None)
    if newest_us is None:
        raise CommandError("the lake holds no decision yet. Score some payments first; they land within minutes")
    window = Window.before(newest_us, maturity_days, weeks)
    kept: list[Kept] = []
    for day in filter(window.has, days):
        kept += _within(lake.decisions(day), window)
        done(len(kept))
    if not kept:
        older = f"no decision is {maturity_days} days older than the newest one, of {day_of(newest_us)}"
        raise CommandError(f"{older}: labels have not had their time to arrive")
    return window, kept


def _within(kept: Sequence[Kept], window: Window) -> list[Kept]:
    return [one for one in kept if window.start_us <= one.occurred_us < window.end_us]
