"""Records of small files and of merged ones as columns: those that a kind knows typed, the rest as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from greenfraud.errors import ContractError
from greenfraud.faults import told
from training.compaction.kinds import RECORD
from training.features.record_file import records_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from training.compaction.kinds import Kind

ROWS_AT_ONCE = 16_384


def landed_rows(kind: Kind, key: str, body: bytes) -> pa.Table:
    """Return the records of a small file. Raises ContractError that names it, and nothing it holds."""
    try:
        if kind.is_a_record_per_file:
            rows = [{**json.loads(body), RECORD: key.rpartition("/")[2]}]
        else:
            rows = [json.loads(line) for line in body.split(b"\n") if line]
        return _table(kind, rows)
    except (pa.ArrowException, ValueError, TypeError, AttributeError) as error:
        raise ContractError(f"{key} in the lake cannot be merged: {told(error)}") from None


def merged_rows(kind: Kind, path: Path) -> Iterator[pa.Table]:
    """Yield the records of a merged file, a part at a time, in today's columns."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
            part = pa.Table.from_batches([batch])
            yield part if part.schema.equals(kind.stored) else _table(kind, records_of(part))


def _table(kind: Kind, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    rows = list(rows)
    columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in kind.schema]
    table = pa.Table.from_arrays([*columns, pa.array([_more(kind, row) for row in rows], pa.string())], schema=kind.stored)
    if any(table[name].null_count for name in kind.order):
        raise ValueError("a record without what orders it")
    return table


def _more(kind: Kind, row: Mapping[str, Any]) -> str | None:
    """One spelling per record, whatever order its fields came in; a number's digits stay as they were."""
    rest = {name: value for name, value in row.items() if name not in kind.schema.names and value is not None}
    return json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False) if rest else None
