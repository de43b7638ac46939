"""Whether a history is enough to train a first model and to judge it, told before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np

from greenfraud.enough import is_late
from intake.look.counting import counted
from intake.look.findings import Calendar, Readiness
from intake.look.outlook import Outlook

FEW_DEFRAUDED = 10  # customers; below, chance decides between two models
MOST_MATURITY_DAYS = 365
HALF = 0.5
MOST_PERCENT = 90  # of the frauds are reported within the maturity that is proposed


def readiness_of(calendar: Calendar, maturity_days: int, today: date | None = None) -> Readiness:
    """Tell whether a first model can be trained and judged on these days, with labels that take `maturity_days` to arrive."""
    today = today or datetime.now(UTC).date()
    if not calendar.payments or min(calendar.payments) > today:
        return Readiness(state="not yet", weeks=(), reasons=("no payment has a time up to today",))
    outlook = Outlook(calendar, maturity_days, today)
    judged, learned = outlook.split.judged, outlook.split.learned
    return Readiness(
        state="not yet" if outlook.lack else "pooled" if len(judged) > 1 else "ready",
        weeks=tuple(outlook.weeks()),
        learned=tuple(one.id for one in learned),
        judged=tuple(one.id for one in judged),
        judged_frauds=outlook.split.frauds or 0,
        reasons=tuple(_reasons(outlook)),
        remedies=tuple(_remedies(outlook)),
        possible_on=outlook.possible_on,
        warnings=tuple(_warnings(outlook)),
    )


def _reasons(outlook: Outlook) -> Iterator[str]:
    if not outlook.lack:
        return
    judged = outlook.split.judged
    removed = sum(outlook.frauds_in(chunk) - outlook.left_in(chunk) for chunk in judged)
    of_known = f" ({removed} more are of customers known to be compromised, who are not asked about)" if removed else ""
    yield f"{outlook.lack}{of_known}"


def _remedies(outlook: Outlook) -> Iterator[str]:
    """Where reports come later than labels count as settled, waiting longer for them helps."""
    if not is_late(outlook.coverage, outlook.counted):
        return
    delays = [(one.known_on - one.day).days for one in outlook.calendar.victims]
    maturity = int(np.percentile(delays, MOST_PERCENT)) + 1
    if outlook.maturity_days < maturity <= MOST_MATURITY_DAYS:
        longer = Outlook(outlook.calendar, maturity, outlook.today)
        since = f"it should be possible from about {longer.possible_on} on" if longer.possible_on else "that is not enough either"
        then = since if longer.lack else "it is possible"
        yield f"with --maturity-days {maturity}, which waits for nine of ten reports, {then}"


def _warnings(outlook: Outlook) -> Iterator[str]:
    """What a model can be made in spite of, and should be known of."""
    calendar = outlook.calendar
    frauds, legitimate = sum(calendar.frauds.values()), sum(outlook.legitimate.values())
    if frauds > HALF * (frauds + legitimate):
        yield (
            f"{frauds / (frauds + legitimate):.0%} of the payments are frauds: such a file was selected, and a model of it expects "
            "frauds everywhere. Import all payments, or check which word means fraud"
        )
    yield from _of_customers(outlook)


def _of_customers(outlook: Outlook) -> Iterator[str]:
    calendar, judged = outlook.calendar, outlook.split.judged
    days = {day for chunk in judged for day in chunk.days}
    defrauded = {one.customer for one in calendar.victims if one.day in days}
    if calendar.victims and outlook.split.learned and len(defrauded) < FEW_DEFRAUDED:
        yield f"only {counted(len(defrauded), 'customer')} defrauded in the judged weeks: chance will decide between two models"
    if calendar.customers is None:
        yield "nobody is known: features of a customer's history say nothing, and no victim can be left out of the judgement"
    elif calendar.customers < FEW_DEFRAUDED:
        yield f"only {counted(calendar.customers, 'customer')}: what is usual for one says little of the next"
    elif calendar.most_of_one > HALF * sum(calendar.payments.values()):
        share = calendar.most_of_one / sum(calendar.payments.values())
        yield f"one customer has {share:.0%} of the payments: after a fraud of theirs, those of two weeks are not judged"
