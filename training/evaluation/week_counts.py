"""Counts by night how many frauds of the newest weeks can be judged, so that a plan knows it before any machine is started.

An import counts what it brings; what arrives live, and labels that come later, are counted here: from the newest week back until
the frauds suffice to judge by, which of a busy platform is one week, once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from greenfraud.enough import NEEDED
from greenfraud.instants import DAY_US, day_of
from greenfraud.naming import DATASET_KEY
from greenfraud.weekly_frauds import KNOWN_DAYS, Victim, WeekCount, count_weeks, recount_weeks
from training.features.history import read_history
from training.features.relabelling import LABEL_HORIZON_DAYS
from training.job.bucket import client

if TYPE_CHECKING:
    from datetime import date

    from greenfraud.chunks import Chunk, Coverage
    from training.job.bucket import Bucket

MOST_COUNTED = 26  # weeks a night
EVER_US = np.iinfo(np.int64).max


def count_newest(lake: Bucket, coverage: Coverage) -> dict[str, WeekCount]:
    """Return what was counted now, by week, after `weeks.json` says it too."""
    horizon_days = lake.get_json(DATASET_KEY).get("label_horizon_days", LABEL_HORIZON_DAYS)
    found: dict[str, WeekCount] = {}

    def counted(known: dict[str, WeekCount]) -> dict[str, WeekCount]:
        nonlocal found
        found = _newest(lake, coverage, known, horizon_days)
        return {**known, **found}

    recount_weeks(client("s3"), lake.name, counted)
    return found


def _newest(lake: Bucket, coverage: Coverage, known: dict[str, WeekCount], horizon_days: int) -> dict[str, WeekCount]:
    """Count what is not known, or may have changed, from the newest week back until the frauds suffice."""
    found, frauds = dict[str, WeekCount](), 0
    for chunk in reversed(coverage.mature[-MOST_COUNTED:]):
        if frauds >= NEEDED:
            break
        before = known.get(chunk.id)
        may_change = chunk.end_us + horizon_days * DAY_US > coverage.as_of_us
        if before is None or (may_change and before.in_all < NEEDED):
            found[chunk.id] = before = count_week(lake, chunk, coverage.maturity_days)
        frauds += before.known(day_of(coverage.as_of_us))
    return found


def count_week(lake: Bucket, chunk: Chunk, maturity_days: int) -> WeekCount:
    """Count one week by all that is told of it today."""
    since = chunk.start_day - timedelta(days=KNOWN_DAYS + maturity_days)
    history = read_history(lake, since, chunk.end_day)
    is_fraud, day = history.is_fraud_as_known(EVER_US), history.occurred_us // DAY_US
    rows, observed_us = history.reports()
    names = history.table["customer_id"].take(rows).to_pylist()
    victims = [
        Victim(day_of(int(history.occurred_us[row])), day_of(int(told_us)), name)
        for row, told_us, name in zip(rows.tolist(), observed_us.tolist(), names, strict=True)
        if is_fraud[row]
    ]
    legitimate: dict[date, int] = {}
    for one, count in zip(*np.unique(day[history.is_judged(EVER_US) & ~is_fraud], return_counts=True), strict=True):
        legitimate[day_of(int(one) * DAY_US)] = int(count)
    return count_weeks([chunk], victims, legitimate, maturity_days)[chunk.id]
