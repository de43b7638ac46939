"""Ids for rows that have none: made of what a row says, so that the same rows get the same ids in whatever file they come again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MARK = "\x1f"  # a control character, which no id of a file may hold
DIGITS = 32


def generated_ids(content: Sequence[pa.Array]) -> pa.Array:
    """An id per row: the sha256 of its values and of how many equal rows came before it, cut to 128 bits.

    >>> ids = generated_ids([pa.array(["c1", "c1", "c2"]), pa.array([1250, 1250, None])])
    >>> len(set(ids.to_pylist())), ids[2] == generated_ids([pa.array(["c2"]), pa.array([None], pa.int64())])[0]
    (3, True)
    """
    texts = [pc.fill_null(pc.cast(values, pa.string()), "") for values in content]
    rows = pc.binary_join_element_wise(*texts, MARK)
    known = (hashlib.sha256(f"{row}{MARK}{before}".encode()) for row, before in zip(rows.to_pylist(), _before(rows), strict=True))
    return pa.array((digest.hexdigest()[:DIGITS] for digest in known), pa.string())


def _before(rows: pa.Array) -> list[int]:
    """Per row, how many equal ones come before it."""
    codes = pc.dictionary_encode(rows).indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    first = np.repeat(starts, np.diff([*starts, len(codes)]))
    before = np.empty(len(codes), np.int64)
    before[order] = np.arange(len(codes)) - first
    found: list[int] = before.tolist()
    return found
