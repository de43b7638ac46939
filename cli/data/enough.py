"""Whether a data set is enough for a first model, from its checked rows, before anything of it is trained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, TypeAlias

import numpy as np
import pyarrow.compute as pc

from cli.data.dataset import Dataset
from cli.data.look_screen import show_readiness
from cli.screen import Screen
from greenfraud.instants import DAY_US, day_of
from intake.look.findings import Calendar, Readiness, Victim
from intake.look.readiness import readiness_of

Days: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


def readiness_of_dataset(dataset: Dataset) -> Readiness:
    """Tell it of this data set alone; a lake that has more may be enough where this is not."""
    return readiness_of(calendar_of_dataset(dataset), dataset.maturity_days)


def tell_odd(dataset: Dataset, screen: Screen) -> None:
    """Say before anything is trained that no model can come of it, or that weeks are judged together; nothing of a usual one."""
    readiness = readiness_of_dataset(dataset)
    if readiness.state != "ready" or readiness.warnings:
        show_readiness(readiness, screen)


def calendar_of_dataset(dataset: Dataset) -> Calendar:
    """Payments, frauds and victims by UTC day. Where each payment is a stranger's, no customer is known."""
    table = dataset.table
    days = table["occurred_us"].to_numpy() // DAY_US
    is_fraud = table["is_fraud"].to_numpy()
    is_known = bool(pc.any(pc.not_equal(table["customer_id"], table["transaction_id"])).as_py())
    return Calendar(
        payments=dict(_by_day(days)),
        frauds=dict(_by_day(days[is_fraud])),
        victims=tuple(_victims(dataset)) if is_known else (),
        customers=pc.count_distinct(table["customer_id"]).as_py() if is_known else None,
        newest_us=dataset.newest_us,
    )


def _by_day(days: Days) -> Iterator[tuple[date, int]]:
    found, counts = np.unique(days, return_counts=True)
    return ((day_of(int(day) * DAY_US), int(count)) for day, count in zip(found, counts, strict=True))


def _victims(dataset: Dataset) -> Iterator[Victim]:
    frauds = dataset.table.filter(dataset.table["is_fraud"]).select(["occurred_us", "observed_us", "customer_id"])
    for occurred_us, observed_us, customer in zip(*(column.to_pylist() for column in frauds.columns), strict=True):
        day = day_of(occurred_us)
        known_on = day + timedelta(days=dataset.maturity_days) if observed_us is None else day_of(observed_us)
        yield Victim(day, known_on, customer)
