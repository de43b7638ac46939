"""Peer: the same features by one pass of numpy over the whole history in memory.

Windows by binary search, shared by all that ask for them; sums by cumulative sums, maxima by a sparse table. Logarithms
are numpy's: they differ by less than 2^-16 from ours, which are whole numbers of that. Different customers and terminals are
counted exactly: ours are as many, or a few less. Frauds are reported seven days
later, and times are whole seconds, as in the handbook.
`python numpy_features.py handbook.parquet features.parquet` prints seconds as JSON.
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

MINUTE, HOUR, DAY = 60, 3_600, 86_400
DELAY = 7 * DAY
CUSTOMER_WINDOWS = {  # length, and the step by which it starts
    "1h": (HOUR, 5 * MINUTE),
    "1d": (DAY, HOUR),
    "7d": (7 * DAY, DAY),
    "30d": (30 * DAY, DAY),
    "90d": (90 * DAY, DAY),
}
TERMINAL_WINDOWS = {"1d": (DAY, HOUR)} | {f"{days}d": (days * DAY, DAY) for days in (2, 3, 7, 14, 21, 30)}
SQUARE_CAP = 1_000_000
RADIX_SORTED = 1 << 16  # numpy sorts 16-bit integers by radix
SAMPLED_ROWS = 1_024

Column = np.ndarray[Any, np.dtype[Any]]


class Sorted:
    """Transactions by entity, then by time; needles are asked in that order, so that searches walk through memory."""

    def __init__(self, ids: pa.ChunkedArray, seconds: Column) -> None:
        entity = ids.combine_chunks().dictionary_encode().indices.to_numpy()
        small = entity.astype(np.uint16) if entity.max() < RADIX_SORTED else entity
        self.order = np.argsort(small, kind="stable")  # the file is in time order
        self.seconds = seconds[self.order]
        self.base = entity[self.order].astype(np.int64) * (int(seconds.max()) + 1 + DELAY)
        self.key = self.base + self.seconds
        self.here = np.arange(len(entity))

    def at(self, border: Column) -> Column:
        """The key of a moment, or of the first one of all."""
        key: Column = self.base + np.maximum(border, 0)
        return key

    def back(self, column: Column) -> Column:
        """A column in the order of the file."""
        result = np.empty_like(column)
        result[self.order] = column
        return result


OF_REFUSALS = (
    *(f"{entity}_declined_{window}" for entity in ("customer", "terminal") for window in ("1h", "1d", "7d")),
    "amount_over_customer_refused_1h",
    "amount_over_customer_declined_1h",
)


def features(table: pa.Table) -> dict[str, Column]:
    """All columns; nothing of such a file was ever refused."""
    seconds = table["TX_DATETIME"].cast(pa.timestamp("s")).to_numpy().astype(np.int64)
    weekday, second_of_day = (seconds // DAY + 3) % 7, seconds % DAY
    seconds = seconds - seconds.min() // DAY * DAY
    amount = table["TX_AMOUNT"].to_numpy()
    columns: dict[str, Column] = {
        "amount": amount,
        "is_weekend": (weekday >= 5).astype(np.float64),
        "is_night": (second_of_day < 6 * HOUR).astype(np.float64),
    }
    customers, terminals = Sorted(table["CUSTOMER_ID"], seconds), Sorted(table["TERMINAL_ID"], seconds)
    columns |= _customer(customers, np.rint(amount * 100.0).astype(np.int64))
    columns |= _terminal(terminals, table["TX_FRAUD"].to_numpy() > 0)
    columns["customer_terminals_1d"] = _different(customers, table["TERMINAL_ID"], *CUSTOMER_WINDOWS["1d"])
    columns["terminal_customers_1h"] = _different(terminals, table["CUSTOMER_ID"], *CUSTOMER_WINDOWS["1h"])
    columns["customer_accepted_1h"] = columns["customer_count_1h"]
    return columns | dict.fromkeys(OF_REFUSALS, np.zeros(len(amount)))


def _customer(customers: Sorted, minor: Column) -> dict[str, Column]:
    minor = minor[customers.order]
    amount, log_amount, capped = minor / 100.0, np.log2(minor + 1.0), np.minimum(minor, SQUARE_CAP)
    sum_before, log_before, capped_before, square_before = map(_before, (minor, log_amount, capped, capped * capped))
    columns = {"customer_seconds_since_last": _gap(customers)}
    for name, (window, hop) in CUSTOMER_WINDOWS.items():
        start = np.searchsorted(customers.key, customers.at((customers.seconds - window) // hop * hop))
        count = (customers.here - start).astype(np.float64)
        columns[f"customer_count_{name}"] = count
        columns[f"customer_mean_amount_{name}"] = mean = _since(sum_before, start) / count / 100.0
        if name in {"7d", "30d", "90d"}:
            columns[f"amount_over_customer_mean_{name}"] = amount / mean
        if name in {"30d", "90d"}:
            columns[f"log_amount_minus_customer_mean_{name}"] = log_amount - _since(log_before, start) / count
            middle, deviation = _moments(count, _since(capped_before, start), _since(square_before, start))
            columns[f"customer_sd_amount_{name}"] = deviation / 100.0
            columns[f"amount_over_customer_largest_{name}"] = minor / _largest(minor, start, customers.here)
        if name == "30d":
            columns["amount_z_score_30d"] = (minor - middle) / deviation
    return {name: customers.back(column) for name, column in columns.items()}


def _terminal(terminals: Sorted, is_fraud: Column) -> dict[str, Column]:
    is_fraud = is_fraud[terminals.order]
    report = terminals.key[is_fraud] + DELAY
    seen = np.searchsorted(report, terminals.key)
    end = np.searchsorted(terminals.key, terminals.at(-((DELAY - terminals.seconds) // HOUR) * HOUR))
    within_hour = np.searchsorted(terminals.key, terminals.at((terminals.seconds - HOUR) // (5 * MINUTE) * (5 * MINUTE)))
    columns = {
        "terminal_seconds_since_report": _age(terminals, report, seen),
        "terminal_tried_1h": (terminals.here - within_hour).astype(np.float64),
    }
    for name, (window, hop) in TERMINAL_WINDOWS.items():
        border = (terminals.seconds - window) // hop * hop
        count = (end - np.searchsorted(terminals.key, terminals.at(border - DELAY))).astype(np.float64)
        reports = (seen - np.searchsorted(report, terminals.at(border))).astype(np.float64)
        columns[f"terminal_report_ratio_{name}"] = reports / count
        if name in {"1d", "7d", "30d"}:
            columns[f"terminal_count_{name}"], columns[f"terminal_reports_{name}"] = count, reports
    return {name: terminals.back(column) for name, column in columns.items()}


def _different(entities: Sorted, others: pa.ChunkedArray, window: int, hop: int) -> Column:
    """How many different others came in the window: of each, the last time before the row counts."""
    other = others.combine_chunks().dictionary_encode().indices.to_numpy()[entities.order]
    order = np.lexsort((other, entities.base))
    again = (np.diff(other[order]) == 0) & (np.diff(entities.base[order]) == 0)
    following = np.full(len(other), len(other))
    following[order[:-1][again]] = order[1:][again]
    start = np.searchsorted(entities.key, entities.at((entities.seconds - window) // hop * hop))
    count, rows, back = np.zeros(len(other)), entities.here, 1
    while len(rows := rows[rows - back >= start[rows]]):
        count[rows] += following[rows - back] >= rows
        back += 1
    return entities.back(count)


def _before(column: Column) -> Column:
    return np.concatenate([np.zeros(1, column.dtype), np.cumsum(column)])


def _since(before: Column, start: Column) -> Column:
    return before[:-1] - before[start]


def _moments(count: Column, total: Column, squares: Column) -> tuple[Column, Column]:
    """Mean, and standard deviation shrunk towards half of it as by four more payments."""
    mean = total / count
    spread = np.maximum(count * squares - np.square(total, dtype=np.float64), 0.0) / count
    return mean, np.sqrt((mean * mean + spread) / (count + 3.0))


def _largest(values: Column, start: Column, end: Column) -> Column:
    """The maximum of values[start:end]: two ranges of a power of two that overlap cover it."""
    largest = np.full(len(values), np.nan)
    level_of = np.frexp((end - start).astype(np.float64))[1] - 1
    for level in range(int(level_of.max()) + 1):
        if level:
            half = 1 << level - 1
            values = np.maximum(values[:-half], values[half:])
        asked = np.flatnonzero(level_of == level)
        largest[asked] = np.maximum(values[start[asked]], values[end[asked] - (1 << level)])
    return largest


def _gap(customers: Sorted) -> Column:
    gap = np.diff(customers.seconds, prepend=0).astype(np.float64)
    gap[np.diff(customers.base, prepend=-1) != 0] = np.nan
    return gap


def _age(terminals: Sorted, report: Column, seen: Column) -> Column:
    newest = report[np.maximum(seen - 1, 0)]
    return np.where((seen > 0) & (newest >= terminals.base), terminals.key - newest, np.nan)


def _write(table: pa.Table, target: str) -> None:
    """Few values as dictionaries, other doubles with bytes of equal weight together, no minima and maxima: the fastest found."""
    few = [name for name in table.column_names if _has_few_values(table[name])]
    split = {field.name: "BYTE_STREAM_SPLIT" for field in table.schema if field.type == pa.float64() and field.name not in few}
    pq.write_table(table, target, compression="lz4", use_dictionary=few, column_encoding=split, write_statistics=False)


def _has_few_values(column: pa.ChunkedArray) -> bool:
    sample = column.slice(len(column) // 2, SAMPLED_ROWS)
    return len(sample.unique()) <= len(sample) // 2


def main(source: str, target: str) -> None:
    """From a Parquet file to a Parquet file."""
    started, used = time.perf_counter(), time.process_time()
    table = pq.read_table(source)
    read = time.perf_counter()
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = features(table)
    computed = time.perf_counter()
    for name, column in columns.items():
        table = table.append_column(name, pa.array(column))
    _write(table, target)
    figures = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - used}
    print(json.dumps({**figures, "compute_seconds": computed - read, "features": len(columns)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
