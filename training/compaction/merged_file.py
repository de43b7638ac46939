"""The one Parquet file of a kind and day: the same records make the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from greenfraud.whole_days import MORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

GROUP_ROWS = 65_536  # that many are in memory while a file is written
EACH_ITS_OWN = frozenset({"transaction_id", "record", MORE})  # texts that hardly come twice: no dictionary of theirs


def write_merged(path: Path, schema: pa.Schema, parts: Iterable[pa.Table]) -> int:
    """Write sorted rows that come in parts of any size; returns how many."""
    texts = [field.name for field in schema if pa.types.is_string(field.type) and field.name not in EACH_ITS_OWN]
    encodings = {field.name: "DELTA_BINARY_PACKED" for field in schema if pa.types.is_int64(field.type)}
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=texts, column_encoding=encodings) as file:
        for group in groups_of(parts, GROUP_ROWS):
            file.write_table(group, row_group_size=GROUP_ROWS)
            rows += group.num_rows
    return rows


def groups_of(parts: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """Yield the rows of all parts in tables of `size` rows, the last one smaller, each in one piece."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        while sum(table.num_rows for table in waiting) >= size:
            rows = pa.concat_tables(waiting)
            yield rows.slice(0, size).combine_chunks()
            waiting = [rows.slice(size)]
    rest = pa.concat_tables(waiting) if waiting else None
    if rest is not None and rest.num_rows:
        yield rest.combine_chunks()
