"""Lines that say nothing but the columns' names again, as a file has that was put together from several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def repeats_header(columns: Sequence[pa.Array], names: Sequence[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell which rows of some columns of text hold their names, whatever blanks or byte order marks are around them.

    Of one column alone, nobody can tell.

    >>> repeats_header([pa.array(["t1", "id"]), pa.array(["id", "paid"])], ["id", "paid"]).tolist()
    [False, True]
    """
    found = np.full(len(columns[0]) if columns else 0, len(columns) > 1)
    for values, name in zip(columns, names, strict=True):
        if not found.any():
            break
        is_name = pc.equal(pc.utf8_trim(values, "\ufeff \t"), name)
        found &= pc.fill_null(is_name, fill_value=False).to_numpy(zero_copy_only=False)
    return found
