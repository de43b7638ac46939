"""Whether a history is enough to train a first model and to judge it, told before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from math import ceil

from greenfraud.chunks import DEFAULT_CHUNK_DAYS
from intake.look.counting import counted
from intake.look.findings import Calendar, Readiness, Week
from intake.look.foresight import possible_on, weekly
from intake.look.outlook import NEEDED, Outlook

FEW_DEFRAUDED = 10  # customers; below, chance decides between two models
MOST_MATURITY_DAYS = 365
HALF = 0.5


def readiness_of(calendar: Calendar, maturity_days: int, today: date | None = None) -> Readiness:
    """Tell whether a first model can be trained and judged on these days, with labels that take `maturity_days` to arrive."""
    today = today or datetime.now(UTC).date()
    if not calendar.payments or min(calendar.payments) > today:
        return Readiness(state="not yet", weeks=(), reasons=("no payment has a time up to today",))
    outlook = Outlook(calendar, maturity_days, today)
    judged, learned = outlook.split
    weeks = tuple(outlook.weeks())
    is_sparse = len(weeks) > 1 and 2 * max(week.days for week in weeks) <= DEFAULT_CHUNK_DAYS
    is_helpless = outlook.is_enough or is_sparse  # nothing is needed, or nothing but more days a week helps
    state = "not yet" if not outlook.is_enough else "pooled" if len(judged) > 1 else "ready"
    return Readiness(
        state=state,
        weeks=weeks,
        learned=tuple(one.id for one in learned),
        judged=tuple(one.id for one in judged),
        judged_frauds=outlook.left(judged),
        reasons=() if outlook.is_enough else tuple(_reasons(outlook, weeks)),
        remedies=() if is_helpless else tuple(_remedies(outlook)),
        possible_on=None if is_helpless else possible_on(outlook),
        warnings=tuple(_warnings(outlook)),
    )


def _reasons(outlook: Outlook, weeks: tuple[Week, ...]) -> Iterator[str]:
    """What stands in the way, the first thing first."""
    days, (judged, learned) = outlook.maturity_days, outlook.split
    fullest = max(week.days for week in weeks)
    span = (max(outlook.coverage.days) - outlook.coverage.first_day).days + 1
    if 2 * fullest <= DEFAULT_CHUNK_DAYS < span:
        yield (
            f"no week has payments on more than {fullest} of its {DEFAULT_CHUNK_DAYS} days, and a week counts from "
            f"{DEFAULT_CHUNK_DAYS // 2 + 1} days on"
        )
    elif not judged:
        yield (
            f"too short with {counted(span, 'day')}: a week to learn from, {counted(days, 'day')} for its reports to arrive, "
            f"a later week to be judged on and {counted(days, 'day')} for that one's reports are needed"
        )
    elif not any(outlook.frauds_in(chunk) for chunk in learned):
        yield "the weeks that may be learned have no fraud, so there is nothing to learn"
    else:
        together = f"the last {len(judged)} judged weeks together have" if len(judged) > 1 else "the week to be judged on has"
        removed = sum(outlook.frauds_in(chunk) for chunk in judged) - outlook.left(judged)
        of_known = f" ({removed} more are of customers known to be compromised, who are not asked about)" if removed else ""
        yield f"{together} {outlook.left(judged)} frauds{of_known}, at least {NEEDED} are needed"


def _remedies(outlook: Outlook) -> Iterator[str]:
    """A longer maturity puts more weeks between what is learned and the holdout, and all of them are judged together."""
    rate = weekly(outlook)
    if not rate or len(list(outlook.weeks())) < 2 or possible_on(outlook):
        return
    weeks = ceil(NEEDED / rate)
    for more in (weeks - 1, weeks, weeks + 1):
        maturity = max(1, more) * DEFAULT_CHUNK_DAYS
        if not outlook.maturity_days < maturity <= MOST_MATURITY_DAYS:
            continue
        longer = Outlook(outlook.calendar, maturity, outlook.today)
        if longer.is_enough:
            judged = longer.split[0]
            yield f"--maturity-days {maturity} judges {len(judged)} weeks together, with {longer.left(judged)} frauds"
            return
        if later := possible_on(longer):
            yield f"with --maturity-days {maturity}, which judges more weeks together, it should be possible from {later} on"
            return


def _warnings(outlook: Outlook) -> Iterator[str]:
    """What a model can be made in spite of, and should be known of."""
    payments, frauds = sum(outlook.calendar.payments.values()), sum(outlook.calendar.frauds.values())
    if frauds > HALF * payments:
        yield (
            f"{frauds / payments:.0%} of the payments are frauds: such a file was selected, and a model of it expects frauds "
            "everywhere. Import all payments, or check which word means fraud"
        )
    defrauded = {one.customer for one in outlook.calendar.victims if any(one.day in chunk.days for chunk in outlook.split[0])}
    if outlook.split[0] and outlook.calendar.victims and len(defrauded) < FEW_DEFRAUDED:
        yield f"only {counted(len(defrauded), 'customer')} defrauded in the judged weeks: chance will decide between two models"
    if outlook.calendar.customers is not None and outlook.calendar.customers < FEW_DEFRAUDED:
        yield f"only {counted(outlook.calendar.customers, 'customer')}: what is usual for one says little of the next"
    if outlook.calendar.customers is None:
        yield "nobody is known: features of a customer's history say nothing, and no victim can be left out of the judgement"
