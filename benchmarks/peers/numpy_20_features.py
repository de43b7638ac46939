"""Peer: one pass of numpy over the whole history in memory; windows by binary search, sums by cumulative sums.

20 features: amount, weekend, night; customer count and mean over 1 h, 1, 7 and 30 days, amount over the mean of 7 and
30 days, seconds since the last payment; terminal count and fraud share over 1, 7 and 30 days, a week ago.
`python numpy_20_features.py handbook.parquet features.parquet` prints seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
import pandas as pd  # noqa: F401  # pyarrow imports it when it first meets an array: before the clock starts
import pyarrow as pa
import pyarrow.parquet as pq

HOUR, DAY = 3_600, 86_400
DELAY_DAYS = 7
RADIX_SORTED = 1 << 16  # numpy sorts 16-bit integers by radix

Column = np.ndarray[Any, np.dtype[Any]]


class Sorted:
    """Transactions by entity, then by time; needles are asked in that order, so that searches walk through memory."""

    def __init__(self, entity: Column, seconds: Column) -> None:
        _, entity = np.unique(entity, return_inverse=True)
        small = entity.astype(np.uint16) if entity.max() < RADIX_SORTED else entity
        self.order = np.argsort(small, kind="stable")  # the file is in time order
        self.seconds, self.entity = seconds[self.order], entity[self.order]
        self.span = int(seconds.max()) + 40 * DAY
        self.key = self.entity * self.span + self.seconds
        self.here = np.arange(len(entity))
        self.first = np.searchsorted(self.entity, self.entity)

    def since(self, ago: int) -> Column:
        """Position of the entity's first transaction at or after `ago` seconds before each one."""
        return np.maximum(np.searchsorted(self.key, self.key - ago), self.first)

    def back(self, column: Column) -> Column:
        """A column in the order of the file."""
        result = np.empty_like(column)
        result[self.order] = column
        return result


def features(table: pa.Table) -> dict[str, Column]:
    """All 20 columns."""
    seconds = table["TX_DATETIME"].cast(pa.timestamp("s")).to_numpy().astype(np.int64)
    weekday, second_of_day = (seconds // DAY + 3) % 7, seconds % DAY
    seconds = seconds - seconds.min()
    amount = table["TX_AMOUNT"].to_numpy()
    columns: dict[str, Column] = {"amount": amount, "weekend": weekday >= 5, "night": second_of_day < 6 * HOUR}
    columns |= _customer(Sorted(table["CUSTOMER_ID"].to_numpy(), seconds), amount)
    return columns | _terminal(Sorted(table["TERMINAL_ID"].to_numpy(), seconds), table["TX_FRAUD"].to_numpy())


def _customer(customers: Sorted, amount: Column) -> dict[str, Column]:
    amount = amount[customers.order]
    before = np.concatenate([[0.0], np.cumsum(amount)])
    columns = {}
    for name, ago in (("1h", HOUR), ("1d", DAY), ("7d", 7 * DAY), ("30d", 30 * DAY)):
        start = customers.since(ago)
        count = customers.here - start
        mean = (before[customers.here] - before[start]) / count
        columns[f"customer_count_{name}"] = customers.back(count)
        columns[f"customer_mean_{name}"] = customers.back(mean)
        if name in {"7d", "30d"}:
            columns[f"amount_over_mean_{name}"] = customers.back(amount / mean)
    gap = np.diff(customers.seconds, prepend=0).astype(np.float64)
    gap[customers.here == customers.first] = np.nan
    columns["customer_gap"] = customers.back(gap)
    return columns


def _terminal(terminals: Sorted, is_fraud: Column) -> dict[str, Column]:
    before = np.concatenate([[0], np.cumsum(is_fraud[terminals.order])])
    end = terminals.since(DELAY_DAYS * DAY)
    columns = {}
    for days in (1, 7, 30):
        start = terminals.since((DELAY_DAYS + days) * DAY)
        count = end - start
        columns[f"terminal_count_{days}d"] = terminals.back(count)
        columns[f"terminal_risk_{days}d"] = terminals.back((before[end] - before[start]) / count)
    return columns


def main(source: str, target: str) -> None:
    """From a Parquet file to a Parquet file."""
    started = time.perf_counter()
    table = pq.read_table(source)
    read = time.perf_counter()
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = features(table)
    computed = time.perf_counter()
    # Dictionaries of doubles would be built in vain.
    pq.write_table(pa.table({"TRANSACTION_ID": table["TRANSACTION_ID"], **columns}), target, use_dictionary=False)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "compute_seconds": computed - read, "features": len(columns)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
