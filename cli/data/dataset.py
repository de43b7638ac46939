"""A data set on its way into the lake: every transaction in canonical columns, in the order in which it happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.chunks import DEFAULT_CHUNK_DAYS
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, day_of
from greenfraud.records import Transaction, format_rfc3339

CHUNK_DAYS = DEFAULT_CHUNK_DAYS
MATURITY_DAYS = 7
LABEL_HORIZON_DAYS = 90  # until a label may come or change: networks take chargebacks for about so long
# A column that is there only where some payments were never investigated: it is false of these.
INVESTIGATED = "is_investigated"
SCHEMA = pa.schema(
    [
        ("transaction_id", pa.string()),
        ("occurred_us", pa.int64()),
        ("customer_id", pa.string()),
        ("terminal_id", pa.string()),
        ("amount_minor", pa.int64()),
        ("is_fraud", pa.bool_()),
        ("observed_us", pa.int64()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Transactions with their labels, sorted by (occurred_us, transaction_id), in `SCHEMA` and the extra columns it has.

    `observed_us` is when a fraud was reported (null where `is_fraud` is false); amounts are minor units of `currency`.
    """

    name: str
    source_sha256: str
    table: pa.Table
    currency: str = "EUR"
    maturity_days: int = MATURITY_DAYS
    label_horizon_days: int = LABEL_HORIZON_DAYS
    rates_version: str | None = None  # of the table by which rows were converted

    @property
    def first_day(self) -> date:
        """The UTC day of the oldest transaction: chunks are counted from it."""
        return day_of(self.table["occurred_us"][0].as_py())

    @property
    def newest_us(self) -> int:
        """Event time of the newest transaction."""
        return int(self.table["occurred_us"][-1].as_py())

    def document(self) -> dict[str, Any]:
        """What the lake says about this data set in `dataset.json`."""
        return {
            "schema": 1,
            "name": self.name,
            "source_sha256": self.source_sha256,
            "first_day": self.first_day.isoformat(),
            "newest_occurred_at": format_rfc3339(self.newest_us),
            "maturity_days": self.maturity_days,
            "label_horizon_days": max(self.label_horizon_days, self.maturity_days),
            "chunk_days": CHUNK_DAYS,
            "currency": self.currency,
            **({"rates_version": self.rates_version} if self.rates_version else {}),
            "rows": self.table.num_rows,
            "frauds": int(pc.sum(self.table["is_fraud"]).as_py() or 0),
            "customers": pc.count_distinct(self.table["customer_id"]).as_py(),
            "terminals": pc.count_distinct(self.table["terminal_id"], mode="only_valid").as_py(),
        }


@dataclass(frozen=True)
class HeldBack:
    """A transaction kept out of the lake to be scored live, with the truth it will be compared with."""

    transaction: Transaction
    is_fraud: bool


def hold_back(dataset: Dataset, *, count: int = 12, frauds: int = 4) -> tuple[Dataset, list[HeldBack]]:
    """`dataset` without a few transactions of its last day, and those, oldest first.

    Only a customer's very last transaction is held back, so that nothing in the lake happened to that customer later;
    up to `frauds` of them are frauds where the day has some: half at a terminal reported lately, which a model can know,
    half wherever they fell.
    """
    chosen = _last_of_their_customers(dataset.table, count=count, frauds=frauds)
    keep = np.ones(dataset.table.num_rows, dtype=bool)
    keep[chosen] = False
    rows = dataset.table.take(pa.array(chosen)).to_pylist()
    return replace(dataset, table=dataset.table.filter(pa.array(keep))), [_held(row, dataset.currency) for row in rows]


def in_order(table: pa.Table) -> pa.Table:
    """`table` sorted by (occurred_us, transaction_id), the order in which "before" is decided."""
    return table.sort_by([("occurred_us", "ascending"), ("transaction_id", "ascending")])


def _last_of_their_customers(table: pa.Table, *, count: int, frauds: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    customers = pc.dictionary_encode(table["customer_id"].combine_chunks()).indices.to_numpy()
    occurred = table["occurred_us"].to_numpy()
    newest_first = np.arange(table.num_rows)[::-1]
    _, first_seen = np.unique(customers[newest_first], return_index=True)
    last = newest_first[np.sort(first_seen)]
    last = last[occurred[last] // DAY_US == occurred[-1] // DAY_US]
    if INVESTIGATED in table.column_names:  # their truth is not known
        last = last[table[INVESTIGATED].to_numpy()[last]]
    is_fraud = table["is_fraud"].to_numpy()[last]
    reported, unreported = _by_recent_report(table, last[is_fraud])
    chosen = reported[: frauds // 2]
    chosen += unreported[: frauds - len(chosen)]
    others = last[~is_fraud][: count - len(chosen)]
    return np.sort(np.array([*chosen, *others], dtype=np.int64))


def _by_recent_report(table: pa.Table, rows: Iterable[int]) -> tuple[list[int], list[int]]:
    """Of `rows`, those whose terminal had a fraud reported in the month before, and the others."""
    reports = table.filter(table["is_fraud"]).select(["terminal_id", "observed_us"]).to_pydict()
    observed = defaultdict(list)
    for terminal, observed_us in zip(reports["terminal_id"], reports["observed_us"], strict=True):
        observed[terminal].append(observed_us)
    found: tuple[list[int], list[int]] = ([], [])
    for row in rows:
        terminal, occurred_us = table["terminal_id"][row].as_py(), table["occurred_us"][row].as_py()
        is_known = any(occurred_us - 30 * DAY_US < moment < occurred_us for moment in observed[terminal])
        found[0 if is_known else 1].append(int(row))
    return found


def _held(row: dict[str, Any], currency: str) -> HeldBack:
    transaction = Transaction(
        transaction_id=row["transaction_id"],
        occurred_us=row["occurred_us"],
        customer_id=row["customer_id"],
        terminal_id=row["terminal_id"],
        amount_minor=row["amount_minor"],
        currency=currency,
        extras={name: row[name] for name in load_manifest().extra_columns if row.get(name) is not None},
    )
    return HeldBack(transaction, row["is_fraud"])
