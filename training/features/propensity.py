"""Payments that were let through by chance: how likely that was, and how many such payments each of them stands for.

A payment that exploration let through stands for all that its kind would have been: one in `1 / propensity` is let through, the
others are refused, and of those nothing is known. Weighing by it is the estimator of D. G. Horvitz and D. J. Thompson (1952).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from greenfraud.errors import ContractError

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

PROPENSITY = "propensity"  # column of the lake's transactions; without a value, nothing was left to chance
WEIGHT = "weight"  # column of a chunk's file
# Of one row, training learns no more than this: the weight of 200 would be one payment's word against a week's. Measures take all.
LEARNED_WEIGHT = 20.0


def weights_of(transactions: pa.Table) -> NDArray[np.float64]:
    """Return how many payments each row stands for. Raises ContractError for a propensity that is no probability above 0."""
    if PROPENSITY not in transactions.column_names or transactions[PROPENSITY].null_count == transactions.num_rows:
        return np.ones(transactions.num_rows)
    propensity: NDArray[np.float64] = pc.fill_null(transactions[PROPENSITY], 1.0).to_numpy()
    if not ((propensity > 0.0) & (propensity <= 1.0)).all():
        raise ContractError("transactions in the lake: propensity must be above 0 and at most 1")
    return 1.0 / propensity


def learned_weights(chunk: pa.Table) -> NDArray[np.float32]:
    """Return how much training counts each row of a chunk's file; files older than exploration have no such column."""
    if WEIGHT not in chunk.column_names:
        return np.ones(chunk.num_rows, np.float32)
    weight: NDArray[np.float64] = chunk[WEIGHT].to_numpy()
    return np.minimum(weight, LEARNED_WEIGHT).astype(np.float32)


def stood_for(chunk: pa.Table) -> pa.Table:
    """Return the rows of a chunk's file, each as often as it stands for payments, to the next whole number.

    So that every measure weighs by it. One in at least a hundred is let through: rounding moves a weight by half a percent at most.
    """
    if WEIGHT not in chunk.column_names:
        return chunk
    times = np.rint(chunk[WEIGHT].to_numpy()).astype(np.int64)
    return chunk if (times == 1).all() else chunk.take(np.repeat(np.arange(chunk.num_rows), times))


def explored_rows(chunk: pa.Table) -> int:
    """Return how many rows of a chunk's file were let through by chance."""
    return int((chunk[WEIGHT].to_numpy() > 1.0).sum()) if WEIGHT in chunk.column_names else 0
