"""A file's raw columns by transaction, for the peer that has no history: what a person would train on without a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from cli.errors import InputError
from greenfraud.instants import DAY_US
from intake.reading import PARQUET_MAGIC, read_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HOUR_US = 3_600_000_000
SUNDAY = 4  # of the week whose days are counted from the epoch, a Thursday
KEYS = ("transaction_id", "customer_id", "terminal_id", "occurred_us", "amount_minor")


def named_columns(path: Path, mapping: Mapping[str, str], names: Sequence[str]) -> pa.Table:
    """Return some of a file's columns beside `transaction_id`. Raises InputError naming a column that it does not have."""
    source = read_source(path, mapping)
    absent = [name for name in names if name not in source.ignored]
    if absent:
        left = ", ".join(source.ignored) or "none"
        raise InputError(f"{path} has no column {', '.join(absent)} that the import leaves out; it leaves out: {left}")
    ids = source.columns["transaction_id"].values.cast(pa.string())  # noqa: PD011
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == PARQUET_MAGIC
    whole = pq.read_table(path, columns=list(names)) if is_parquet else arrow_csv.read_csv(path).select(list(names))
    return whole.append_column("transaction_id", ids)


def raw_columns(transactions: pa.Table, told: pa.Table | None) -> pd.DataFrame:
    """Return amount, hour, weekday, customer, terminal and what the file tells besides; texts are categories."""
    occurred_us = transactions["occurred_us"].to_numpy()
    columns: dict[str, Any] = {
        "amount_minor": transactions["amount_minor"].to_numpy().astype(np.float64),
        "hour": (occurred_us % DAY_US / HOUR_US).astype(np.float64),
        "weekday": ((occurred_us // DAY_US + SUNDAY) % 7).astype(np.float64),
        "customer_id": transactions["customer_id"].to_pandas().astype(object),
        "terminal_id": transactions["terminal_id"].to_pandas().astype(object),
    }
    raw = pd.DataFrame(columns)
    if told is None:
        return raw
    more = told.to_pandas().set_index("transaction_id").loc[transactions["transaction_id"].to_pylist()].reset_index(drop=True)
    return raw.join(more)
