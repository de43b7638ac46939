"""The story's payments: nine weeks that a team has on file, and five that come in one by one, in which everything changes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cli.data.world import WorldSpecification, make_world
from greenfraud.instants import DAY_US, format_rfc3339, start_of_day_us

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST_DAY, WEEKS_ON_FILE, WEEKS_TO_COME = date(2026, 1, 1), 9, 5
DAYS_AFTER = 2  # for the labels of the newest week but one to be mature
CHANGE = FIRST_DAY + timedelta(weeks=WEEKS_ON_FILE)
BATCH = 100  # payments per request, as many as the API takes
SENT = ("transaction_id", "customer_id", "terminal_id", "amount_minor")


@dataclass(frozen=True)
class Payments:
    """Rows of the world in order of time, with what became of them."""

    table: pa.Table

    def __len__(self) -> int:
        """How many there are."""
        return int(self.table.num_rows)

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """Requests as a client of the API makes them: nothing says what is fraud."""
        for batch in self.table.to_batches(max_chunksize=BATCH):
            rows = batch.to_pylist()
            yield [{"occurred_at": format_rfc3339(row["occurred_us"]), **{name: row[name] for name in SENT}} for row in rows]

    def write_file(self, path: Path) -> None:
        """As a team exports what it has: Parquet, a label in each row."""
        at = pc.cast(self.table["occurred_us"], pa.timestamp("us", tz="UTC"))
        pq.write_table(self.table.drop_columns(["occurred_us", "observed_us"]).append_column("occurred_at", at), path)

    def write_reports(self, path: Path) -> int:
        """As a bank tells what was fraud, and when it learned so; returns how many."""
        frauds = self.table.filter(self.table["is_fraud"]).select(["transaction_id", "observed_us"]).to_pylist()
        with path.open("w", newline="", encoding="utf-8") as file:
            told = csv.writer(file)
            told.writerow(["transaction_id", "label", "reported_at"])
            told.writerows([row["transaction_id"], "fraud", format_rfc3339(row["observed_us"])] for row in frauds)
        return len(frauds)

    @property
    def newest(self) -> datetime:
        """When the last one was made."""
        return datetime.fromtimestamp(self.table["occurred_us"][-1].as_py() / 1e6, UTC)


def make_payments(customers: int, seed: int) -> tuple[Payments, Payments]:
    """Return what is on file and what is to come: from then on frauds are others, and everybody pays twice as much."""
    days = 7 * (WEEKS_ON_FILE + WEEKS_TO_COME) + DAYS_AFTER
    specification = WorldSpecification(
        customers=customers, days=days, seed=seed, first_day=FIRST_DAY, fraud_changes_on=CHANGE, dearer_on=CHANGE
    )
    table = make_world(specification).table
    change_us = start_of_day_us(FIRST_DAY) + 7 * WEEKS_ON_FILE * DAY_US
    on_file = int(np.searchsorted(table["occurred_us"].to_numpy(), change_us))
    return Payments(table.slice(0, on_file)), Payments(table.slice(on_file))
