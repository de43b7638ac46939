"""Counting the weeks of a lake anew, after something was added to it.

A day's file of an import is read, and nothing else: weeks in which payments arrived live are left to the monitor.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cli.data.lake_days import LakeDays
from cli.data.week_counts import Counting, without_live
from greenfraud.instants import parse_rfc3339
from greenfraud.weekly_frauds import WeekCount


def weeks_of_lake(lake: LakeDays, document: dict[str, Any]) -> dict[str, WeekCount]:
    """Count the weeks of which all payments were imported, by what anybody told of them."""
    counting, observed = Counting(document["maturity_days"]), lake.told_moments()
    released = pa.array(sorted({one for day in lake.tables("releases") for one in day["transaction_id"].to_pylist()}), pa.string())
    for day in lake.tables("transactions"):
        moments = pa.array([observed.get(one) for one in day["transaction_id"].to_pylist()], pa.int64())
        is_let_go = pc.is_in(day["transaction_id"], released)
        let_go = pc.if_else(is_let_go, day["occurred_us"], pa.scalar(None, pa.int64()))
        table = day.append_column("observed_us", moments).append_column("is_fraud", pc.is_valid(moments))
        counting.add(table.append_column("released_us", let_go))
    newest_us = parse_rfc3339(document["newest_occurred_at"], "newest_occurred_at")
    weeks = counting.weeks(date.fromisoformat(document["first_day"]), newest_us)
    return without_live(weeks, lake.live_days(), document["maturity_days"])
