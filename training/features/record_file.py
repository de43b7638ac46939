"""One file of the lake as columns: lines of JSON that landed, or Parquet that an import or a compaction wrote."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

from greenfraud.errors import ContractError
from greenfraud.faults import told
from greenfraud.whole_days import MORE

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_file(key: str, body: bytes, schema: pa.Schema) -> pa.Table:
    """Return the columns of `schema`, null where the file has none.

    Raises ContractError naming the file; what it holds is nobody's to read in a log.
    """
    try:
        return _lines(body, schema) if not key.endswith(".parquet") else _columns(pq.ParquetFile(pa.BufferReader(body)), schema)
    except (pa.ArrowException, json.JSONDecodeError) as error:
        raise ContractError(f"{key} in the lake cannot be read: {told(error)}") from None


def records_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of a merged file as they were landed; a known column without a value is None."""
    rows = table.to_pylist()
    return [{**row, **({} if more is None else json.loads(more))} for row in rows for more in [row.pop(MORE, None)]]


def _lines(body: bytes, schema: pa.Schema) -> pa.Table:
    options = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    return pyarrow.json.read_json(io.BytesIO(body), parse_options=options).select(schema.names).cast(schema)


def _columns(file: pq.ParquetFile, schema: pa.Schema) -> pa.Table:
    known = set(file.schema_arrow.names)
    missing = [field for field in schema if field.name not in known]  # declared after this file was written
    wanted = [name for name in schema.names if name in known]
    more = [MORE] if missing and MORE in known else []
    table = file.read(columns=[*wanted, *more], use_threads=False)  # the days are the threads
    for field, column in zip(missing, _found_in(table[MORE], missing) if more else _nulls(table, missing), strict=True):
        table = table.append_column(field, column)
    table = table.select(schema.names)
    return table if table.schema == schema else table.cast(schema)


def _nulls(table: pa.Table, fields: Sequence[pa.Field]) -> list[pa.Array]:
    return [pa.nulls(table.num_rows, field.type) for field in fields]


def _found_in(more: pa.ChunkedArray, fields: Sequence[pa.Field]) -> list[pa.Array]:
    """Return columns out of the texts that a compaction kept of fields it did not know."""
    rows = [{} if text is None else json.loads(text) for text in more.to_pylist()]
    return [pa.array([row.get(field.name) for row in rows], field.type) for field in fields]
