"""The transactions and labels of the lake, de-duplicated, in time order, as columns."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.bucket import Bucket

TRANSACTIONS = pa.schema(
    [
        ("transaction_id", pa.string()),
        ("occurred_us", pa.int64()),
        ("customer_id", pa.string()),
        ("terminal_id", pa.string()),
        ("amount_minor", pa.int64()),
    ]
)
LABELS = pa.schema(
    [("transaction_id", pa.string()), ("is_fraud", pa.bool_()), ("observed_us", pa.int64()), ("source", pa.string())]
)


@dataclass(frozen=True)
class History:
    """Transactions sorted by (occurred_us, transaction_id), with what was reported about them."""

    table: pa.Table
    occurred_us: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    customer: NDArray[np.int64]  # code of the customer
    terminal: NDArray[np.int64]  # code of the terminal, -1 where absent
    customer_ids: pa.Array  # id of each code
    terminal_ids: pa.Array
    label_row: NDArray[np.int64]  # row of the transaction each label is about
    label_is_fraud: NDArray[np.bool_]
    label_observed_us: NDArray[np.int64]  # ascending

    def rows_between(self, start_us: int, end_us: int) -> slice:
        """Return the rows of a half-open stretch of time."""
        first, last = np.searchsorted(self.occurred_us, [start_us, end_us])
        return slice(int(first), int(last))

    def is_fraud_as_known(self, at_us: int) -> NDArray[np.bool_]:
        """Return per row the newest label observed up to a moment; silence counts as legitimate."""
        known = int(np.searchsorted(self.label_observed_us, at_us, side="right"))
        is_fraud = np.zeros(len(self.occurred_us), bool)
        is_fraud[self.label_row[:known]] = self.label_is_fraud[:known]  # ascending: the newest assignment stays
        return is_fraud

    def reports(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row and observation time of the first fraud report of every reported transaction."""
        rows, observed_us = self.label_row[self.label_is_fraud], self.label_observed_us[self.label_is_fraud]
        _, first = np.unique(rows, return_index=True)
        return rows[first], observed_us[first]


def read_history(lake: Bucket, first_day: date | None = None, end_day: date | None = None) -> History:
    """Read the lake's transactions of [first_day, end_day) and every label about them."""
    transactions = _read_days(lake, "transactions", TRANSACTIONS, first_day, end_day)
    return arrange(transactions, _read_days(lake, "labels", LABELS, first_day, None))


def arrange(transactions: pa.Table, labels: pa.Table) -> History:
    """Sort and de-duplicate raw records; labels about unknown transactions are left out."""
    table = _first_of_each(transactions.sort_by([("occurred_us", "ascending"), ("transaction_id", "ascending")]))
    labels = labels.sort_by("observed_us")
    row = pc.index_in(labels["transaction_id"], value_set=table["transaction_id"].combine_chunks())
    known = pc.is_valid(row)
    labels, row = labels.filter(known), row.filter(known)
    customer, customer_ids = _codes(table["customer_id"])
    terminal, terminal_ids = _codes(table["terminal_id"])
    return History(
        table=table,
        occurred_us=table["occurred_us"].to_numpy(),
        amount_minor=table["amount_minor"].to_numpy(),
        customer=customer,
        terminal=terminal,
        customer_ids=customer_ids,
        terminal_ids=terminal_ids,
        label_row=row.to_numpy().astype(np.int64),
        label_is_fraud=labels["is_fraud"].to_numpy(),
        label_observed_us=labels["observed_us"].to_numpy(),
    )


def _first_of_each(table: pa.Table) -> pa.Table:
    codes = table["transaction_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    _, first = np.unique(codes, return_index=True)
    return table if len(first) == table.num_rows else table.take(pa.array(np.sort(first)))


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.Array]:
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy().astype(np.int64), encoded.dictionary


def _read_days(lake: Bucket, kind: str, schema: pa.Schema, first_day: date | None, end_day: date | None) -> pa.Table:
    low, high = (f"{kind}/dt={first_day or ''}", f"{kind}/dt={end_day or '~'}")
    keys = [key for key in lake.keys(f"{kind}/dt=") if low <= key < high]
    parts = [_parse(key, body, schema) for key, body in zip(keys, lake.get_many(keys), strict=True)]
    return pa.concat_tables([schema.empty_table(), *parts])


def _parse(key: str, body: bytes, schema: pa.Schema) -> pa.Table:
    if key.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(body), columns=schema.names)
    else:
        options = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        table = pyarrow.json.read_json(io.BytesIO(body), parse_options=options)
    return table.cast(schema)
