"""Parquet that names a customer: days of the lake and feature chunks, written again as they were but for one name."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cli.forgetting.json_documents import without_own
from cli.forgetting.person import JOIN_KEY, Person
from greenfraud.features.manifest import load_manifest
from greenfraud.whole_days import MORE

TRANSACTION = "transaction_id"
DICTIONARIES = {"PLAIN_DICTIONARY", "RLE_DICTIONARY"}
OTHERS = {"DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"}


def changed_parquet(body: bytes, person: Person) -> tuple[bytes, int]:
    """Return a file in which the person's rows bear the pseudonym, and how many; every other value keeps its bits."""
    file = pq.ParquetFile(pa.BufferReader(body))
    if JOIN_KEY not in file.schema_arrow.names or not (is_theirs := _rows(file, person)).true_count:
        return body, 0
    sink, start = pa.BufferOutputStream(), 0
    with pq.ParquetWriter(sink, file.schema_arrow, **_as_it_was(file)) as writer:
        for number in range(file.num_row_groups):  # a chunk of features may have millions of rows
            part = file.read_row_group(number)
            writer.write_table(_renamed(part, is_theirs.slice(start, part.num_rows), person), max(part.num_rows, 1))
            start += part.num_rows
    content: bytes = sink.getvalue().to_pybytes()
    return content, is_theirs.true_count


def _renamed(table: pa.Table, is_theirs: pa.BooleanArray, person: Person) -> pa.Table:
    name = pa.scalar(person.pseudonym, pa.string())
    table = _with(table, JOIN_KEY, pc.if_else(is_theirs, name, table[JOIN_KEY].cast(pa.string())))
    for dropped in {*load_manifest().extra_columns} & {*_lake_columns(table)}:
        nothing = pa.scalar(None, table.schema.field(dropped).type)
        table = _with(table, dropped, pc.if_else(is_theirs, nothing, table[dropped]))
    return _with_less(table, is_theirs) if MORE in table.column_names else table


def _with_less(table: pa.Table, is_theirs: pa.BooleanArray) -> pa.Table:
    """Drop what only the person had from the JSON of its rows; other rows' texts stay as they are."""
    texts, theirs = table[MORE].to_pylist(), is_theirs.to_pylist()
    kept = [without_own(text) if is_own and text else text for text, is_own in zip(texts, theirs, strict=True)]
    return _with(table, MORE, pa.chunked_array([pa.array(kept, pa.string())]))


def _lake_columns(table: pa.Table) -> list[str]:
    """Extra columns stand as they were sent in the lake; a chunk of features has values, and a feature may share their name."""
    return [] if "event_timestamp" in table.column_names else list(table.column_names)


def texts_in(body: bytes, person: Person) -> int:
    """Return how many values of text columns other than the customer's hold a word that stands for the person."""
    file = pq.ParquetFile(pa.BufferReader(body))
    names = [field.name for field in file.schema_arrow if field.name != JOIN_KEY and _is_text(field.type)]
    columns = file.read(columns=names).columns if names else []
    found = (pc.sum(pc.match_substring(column.cast(pa.string()), word.decode())) for column in columns for word in person.words)
    return sum(count.as_py() or 0 for count in found)


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _rows(file: pq.ParquetFile, person: Person) -> Any:
    """Return per row whether it is the person's."""
    names = [JOIN_KEY, *({TRANSACTION} & {*file.schema_arrow.names})]
    table = file.read(columns=names)
    is_theirs = pc.equal(table[JOIN_KEY].cast(pa.string()), person.customer_id).combine_chunks().fill_null(False)
    if person.since and TRANSACTION in names:
        is_later = pc.is_in(table[TRANSACTION].cast(pa.string()), value_set=pa.array(sorted(person.since), pa.string()))
        is_theirs = pc.and_not(is_theirs, is_later.combine_chunks())
    return is_theirs


def _with(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    field = table.schema.field(name)
    return table.set_column(table.column_names.index(name), field, column.cast(field.type))


def _as_it_was(file: pq.ParquetFile) -> dict[str, Any]:
    """Return how a file was written: readers of years may rely on its size and speed."""
    group = file.metadata.row_group(0)
    columns = [group.column(index) for index in range(group.num_columns)]
    encodings = {column.path_in_schema: set(column.encodings) for column in columns}
    few = [path for path, used in encodings.items() if used & DICTIONARIES]
    plain = {path: next(iter(used & OTHERS), "PLAIN") for path, used in encodings.items() if path not in few}
    compression = {column.path_in_schema: column.compression.lower() for column in columns}
    told = [column.path_in_schema for column in columns if column.is_stats_set]
    return {
        "compression": {path: "none" if kind == "uncompressed" else kind for path, kind in compression.items()},
        "use_dictionary": few,
        "column_encoding": plain or None,
        "write_statistics": told,
    }
