"""Rows and entities by number, so that texts are compared once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows_of_labels(table: pa.Table, labels: pa.Table) -> NDArray[np.int64]:
    """Return per label the row of its transaction, -1 where it is unknown."""
    ids = labels["transaction_id"].unique()
    # Asking the many about the few: a hash table of every transaction would not fit the processor's caches.
    asked = pc.index_in(table["transaction_id"], value_set=ids).fill_null(-1).to_numpy()
    row = np.full(len(ids) + 1, -1, np.int64)
    rows = np.flatnonzero(asked >= 0)
    row[asked[rows]] = rows
    found: NDArray[np.int64] = row[pc.index_in(labels["transaction_id"], value_set=ids).to_numpy()]
    return found


def codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.Array]:
    """Return per row the code of its id, -1 where absent, and the id of each code."""
    if not pa.types.is_dictionary(column.type):
        column = column.combine_chunks().dictionary_encode()
        return column.indices.fill_null(-1).to_numpy().astype(np.int64), column.dictionary
    chunks = column.unify_dictionaries().chunks
    indices = [chunk.indices.fill_null(-1).to_numpy() for chunk in chunks]
    code = np.concatenate([np.empty(0, np.int64), *indices])
    return code, chunks[0].dictionary if chunks else pa.nulls(0, pa.string())
