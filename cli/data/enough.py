"""Whether a data set is enough for a first model, from its checked rows, before anything of it is trained."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from cli.data.dataset import Dataset
from cli.data.look_screen import show_readiness
from cli.data.week_counts import Counting, by_day, is_judged
from cli.errors import InputError
from cli.screen import Screen
from greenfraud.instants import DAY_US
from intake.look.findings import Calendar, Readiness
from intake.look.readiness import readiness_of


def readiness_of_dataset(dataset: Dataset) -> Readiness:
    """Tell it of this data set alone; a lake that has more may be enough where this is not."""
    return readiness_of(calendar_of_dataset(dataset), dataset.maturity_days)


def require_enough(dataset: Dataset, screen: Screen) -> None:
    """Say what is odd before anything is trained, and nothing of what is usual. InputError where no model can come of it."""
    readiness = readiness_of_dataset(dataset)
    if readiness.state != "ready" or readiness.warnings:
        show_readiness(readiness, screen)
    if not readiness.is_trainable:
        since = f" It should be possible from about {readiness.possible_on} on." if readiness.possible_on else ""
        remedies = "".join(f" {remedy[:1].upper()}{remedy[1:]}." for remedy in readiness.remedies)
        raise InputError(
            f"not enough for a first model, so nothing was started: {'; '.join(readiness.reasons)}.{since}{remedies} "
            "`greenfraud import` takes it all the same, and the rules decide until then"
        )


def calendar_of_dataset(dataset: Dataset) -> Calendar:
    """Payments, frauds and victims by UTC day. Where each payment is a stranger's, no customer is known."""
    table = dataset.table
    counting = Counting(dataset.maturity_days)
    counting.add(table)
    is_known = bool(pc.any(pc.not_equal(table["customer_id"], table["transaction_id"])).as_py())
    each = pc.value_counts(table["customer_id"]).field("counts") if is_known else pa.array([], pa.int64())
    return Calendar(
        payments=_days(table),
        frauds=_days(table.filter(table["is_fraud"])),
        uninvestigated=_days(table.filter(pc.invert(pc.or_(is_judged(table), table["is_fraud"])))),
        victims=tuple(counting.victims) if is_known else (),
        customers=len(each) if is_known else None,
        most_of_one=pc.max(each).as_py() or 0,
        newest_us=dataset.newest_us,
    )


def _days(table: pa.Table) -> dict[date, int]:
    return by_day(table["occurred_us"].to_numpy() // DAY_US)
