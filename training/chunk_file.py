"""The features of one chunk as a Parquet file: how it is written, and how it is read back for training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from greenfraud.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.history import History

KEYS = ("transaction_id", "occurred_us", "customer_id", "terminal_id", "amount_minor")


def chunk_table(history: History, rows: slice, is_fraud: NDArray[np.bool_], columns: Mapping[str, NDArray[np.float64]]) -> pa.Table:
    """Return keys, label and features of some rows; a missing feature is null."""
    table = history.table.select(KEYS).slice(rows.start, rows.stop - rows.start)
    table = table.append_column("is_fraud", pa.array(is_fraud[rows]))
    moments = table["occurred_us"].cast(pa.timestamp("us", tz="UTC"))
    table = table.append_column("event_timestamp", moments)
    for name, column in columns.items():
        table = table.append_column(name, pa.array(column, from_pandas=True))
    return table


def read_chunk(channel: Path) -> pa.Table:
    """Read the Parquet files of an input channel. Raises ContractError when there are none."""
    files = sorted(channel.rglob("*.parquet"))
    if not files:
        raise ContractError(f"channel {channel.name} holds no Parquet file")
    return pa.concat_tables([pq.read_table(file) for file in files])


def feature_values(table: pa.Table, names: Sequence[str]) -> NDArray[np.float32]:
    """Return model inputs [rows, features], NaN for missing."""
    values = np.empty((table.num_rows, len(names)), np.float32)
    for index, name in enumerate(names):
        values[:, index] = table[name].to_numpy()
    return values
