"""The out-of-time holdout, without the customers already known to be compromised.

The protocol of the Fraud Detection Handbook: on each day of the holdout, customers are left out for whom a fraud, from
one week before the label delay on, had been observed before that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from greenfraud.instants import DAY_US
from greenfraud.weekly_frauds import KNOWN_DAYS
from training.features.history import read_history

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from greenfraud.chunks import Chunk
    from training.features.day_files import Lake
    from training.features.history import History


@dataclass(frozen=True)
class Holdout:
    """The rows that candidates are judged on."""

    table: pa.Table
    is_fraud: NDArray[np.bool_]
    amount_minor: NDArray[np.int64]
    customer: NDArray[np.int64]  # code from 0
    day: NDArray[np.int64]  # days since the epoch
    removed: int  # rows of customers known to be compromised

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.is_fraud)

    def part(self, rows: NDArray[np.bool_]) -> Holdout:
        """Return some of the rows; customers keep their codes."""
        return Holdout(
            table=self.table.filter(rows),
            is_fraud=self.is_fraud[rows],
            amount_minor=self.amount_minor[rows],
            customer=self.customer[rows],
            day=self.day[rows],
            removed=0,
        )

    def joined(self, later: Holdout) -> Holdout:
        """Return the rows of both; a customer of both is one."""
        table = pa.concat_tables([self.table, later.table], promote_options="permissive")
        return Holdout(
            table=table,
            is_fraud=np.concatenate([self.is_fraud, later.is_fraud]),
            amount_minor=np.concatenate([self.amount_minor, later.amount_minor]),
            customer=_codes(table),
            day=np.concatenate([self.day, later.day]),
            removed=self.removed + later.removed,
        )

    def counts(self) -> dict[str, int]:
        """Return how many rows, frauds, customers, defrauded customers and days there are, and the money of the frauds."""
        return {
            "rows": len(self),
            "frauds": int(self.is_fraud.sum()),
            "fraud_amount_minor": int(self.amount_minor[self.is_fraud].sum()),
            "customers": len(np.unique(self.customer)),
            "defrauded_customers": len(np.unique(self.customer[self.is_fraud])),
            "days": len(np.unique(self.day)),
        }


def make_holdout(table: pa.Table, known: dict[int, set[str]]) -> Holdout:
    """Leave out, on each day, the customers known by then; `known` is by day since the epoch."""
    day = table["occurred_us"].to_numpy() // DAY_US
    customers = table["customer_id"].to_pylist()
    is_kept = np.array([name not in known.get(d, ()) for name, d in zip(customers, day.tolist(), strict=True)], bool)
    kept = table.filter(is_kept)
    return Holdout(
        table=kept,
        is_fraud=kept["is_fraud"].to_numpy(),
        amount_minor=kept["amount_minor"].to_numpy(),
        customer=_codes(kept),
        day=day[is_kept],
        removed=int((~is_kept).sum()),
    )


def _codes(table: pa.Table) -> NDArray[np.int64]:
    """Return the customer of each row as a code from 0."""
    return np.unique(table["customer_id"].to_numpy(), return_inverse=True)[1].astype(np.int64)


def known_compromised(lake: Lake, chunk: Chunk, maturity_days: int) -> dict[int, set[str]]:
    """Return, for each day of a chunk, the customers then known to be compromised."""
    first_day = chunk.start_day - timedelta(days=KNOWN_DAYS + maturity_days)
    history = read_history(lake, first_day, chunk.end_day)
    starts = range(chunk.start_us, chunk.end_us, DAY_US)
    return {start_us // DAY_US: _known_before(history, start_us) for start_us in starts}


def _known_before(history: History, at_us: int) -> set[str]:
    is_fraud = history.is_fraud_as_known(at_us - 1)
    codes = np.unique(history.code["customer_id"][is_fraud])
    return set(history.ids["customer_id"].take(codes).to_pylist())
