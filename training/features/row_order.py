"""Transactions in the order of time, each once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def in_order(table: pa.Table) -> pa.Table:
    """Return transactions sorted by (occurred_us, transaction_id), the first of each id."""
    ids = table["transaction_id"].combine_chunks()
    is_rising = pc.all(pc.less(ids[:-1], ids[1:])).as_py() is not False  # numbered ids; asked because it is ten times as fast
    if not _is_in_order(table, is_rising):
        table = table.sort_by([("occurred_us", "ascending"), ("transaction_id", "ascending")])
    if is_rising or pc.count_distinct(ids).as_py() == table.num_rows:
        return table
    ids = table["transaction_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    _, first = np.unique(ids, return_index=True)
    return table.take(pa.array(np.sort(first)))


def _is_in_order(table: pa.Table, ids_rise: bool) -> bool:
    step_us = np.diff(table["occurred_us"].to_numpy())
    if ids_rise or (step_us < 0).any():
        return bool((step_us >= 0).all())
    ties, ids = np.flatnonzero(step_us == 0), table["transaction_id"].combine_chunks()
    return pc.all(pc.less(ids.take(pa.array(ties)), ids.take(pa.array(ties + 1)))).as_py() is not False
