"""The features of one chunk as a Parquet file: how it is written, and how it is read back for training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from greenfraud.errors import ContractError
from training.features import known_labels
from training.features.history import INVESTIGATED, TRANSACTIONS
from training.features.known_labels import ACCEPTED, JUDGED, Known, with_known
from training.features.late_rows import LATE_FILE
from training.features.propensity import WEIGHT, explored_rows, weights_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.features.history import History

SAMPLED_ROWS = 1_024
ENTITIES = ("customer_id", "terminal_id")
KEYS = [*TRANSACTIONS.names, "event_timestamp"]


def chunk_table(history: History, rows: slice, known_us: int, columns: Mapping[str, NDArray[np.float64]]) -> pa.Table:
    """Return keys, label and features of some rows, with what was known of them by a moment; a missing feature is null."""
    table = history.table.select(TRANSACTIONS.names).slice(rows.start, rows.stop - rows.start).cast(TRANSACTIONS)
    known = Known(history.is_fraud_as_known(known_us)[rows], history.is_judged(known_us)[rows], history.told_us(known_us)[rows])
    table = with_known(table, known, known_us).append_column(ACCEPTED, pa.array(history.is_accepted[rows]))
    if not history.is_investigated[rows].all():
        table = table.append_column(INVESTIGATED, pa.array(history.is_investigated[rows]))
    table = table.append_column(WEIGHT, pa.array(weights_of(history.table.slice(rows.start, table.num_rows))))
    moments = table["occurred_us"].cast(pa.timestamp("us", tz="UTC"))
    table = table.append_column("event_timestamp", moments)
    for name, column in columns.items():
        table = table.append_column(name, _null_for_nan(column))
    return table


def _null_for_nan(column: NDArray[np.float64]) -> pa.Array:
    """Return a column as Arrow has it, in the memory where it lies: building one value by value takes ten times as long."""
    is_present = ~np.isnan(column)
    missing = len(column) - int(np.count_nonzero(is_present))
    present = pa.py_buffer(np.packbits(is_present, bitorder="little")) if missing else None
    return pa.Array.from_buffers(pa.float64(), len(column), [present, pa.py_buffer(column)], missing)


def parquet(table: pa.Table) -> bytes:
    """Return a chunk's table as a Parquet file.

    Columns of few values are stored as numbers into a dictionary, whole numbers as differences, and of other doubles
    the bytes of equal weight stand together: a third of the time of the defaults, at their size. No reader
    looks for rows by a feature's value, so smallest and largest are stored of the keys alone.
    """
    few = [name for name in table.column_names if name in ENTITIES or _has_few_values(table[name])]
    encodings = {field.name: _encoding(field.type) for field in table.schema if field.name not in few}
    sink = pa.BufferOutputStream()  # of Arrow's own: the writer need not wait for Python
    pq.write_table(table, sink, compression="lz4", use_dictionary=few, column_encoding=encodings, write_statistics=KEYS)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def _encoding(kind: pa.DataType) -> str:
    if pa.types.is_floating(kind):
        return "BYTE_STREAM_SPLIT"
    return "DELTA_BINARY_PACKED" if pa.types.is_int64(kind) or pa.types.is_timestamp(kind) else "PLAIN"


def _has_few_values(column: pa.ChunkedArray) -> bool:
    sample = column.slice(column.length() // 2, SAMPLED_ROWS)
    return bool(len(sample.unique()) <= sample.length() // 2)


def read_chunk(channel: Path) -> pa.Table:
    """Read the judged rows of an input channel's files. Raises ContractError when there are none."""
    return pa.concat_tables([read_file(file) for file in chunk_files(channel)])


def read_file(file: Path) -> pa.Table:
    """Read the judged rows of one file of a channel. Raises ContractError naming it when it is no Parquet file."""
    table = _read(file)
    return table.filter(table[JUDGED]) if JUDGED in table.column_names else table


def unlike_others(channel: Path) -> dict[str, int]:
    """Return of how many rows of a channel nothing is known (`censored_rows`), and how many chance let through.

    `uninvestigated_rows` are those that nobody has investigated; the others were refused, or held and never let go.
    """
    tables = [_read(file) for file in chunk_files(channel)]
    censored = [table.filter(pc.invert(table[JUDGED])) for table in tables if JUDGED in table.column_names]
    unseen = [pc.sum(pc.invert(table[INVESTIGATED])).as_py() or 0 for table in censored if INVESTIGATED in table.column_names]
    return {
        "censored_rows": sum(table.num_rows for table in censored),
        "uninvestigated_rows": sum(unseen),
        "explored_rows": sum(explored_rows(table) for table in tables),
    }


def read_every_row(file: Path) -> pa.Table:
    """Read all rows of one file of a channel, also those of which nothing is known. Raises ContractError naming it."""
    return _read(file)


def known_until(channel: Path) -> int:
    """Return up to which moment the newest of a channel's files knows labels, 0 where none says it."""
    return max(known_labels.known_until(pq.read_schema(file), 0) for file in chunk_files(channel))


def _read(file: Path) -> pa.Table:
    try:
        return pq.read_table(file)
    except pa.ArrowInvalid:
        raise ContractError(f"{file.name} is not a Parquet file that can be read") from None


def chunk_files(channel: Path) -> list[Path]:
    """Return the Parquet files of an input channel, in time order. Raises ContractError when there are none."""
    files = sorted(file for file in channel.rglob("*.parquet") if file.name != LATE_FILE)
    if not files:
        raise ContractError(f"channel {channel.name} holds no Parquet file")
    return files


def feature_values(table: pa.Table, names: Sequence[str]) -> NDArray[np.float32]:
    """Return model inputs [rows, features], NaN for missing."""
    values = np.empty((table.num_rows, len(names)), np.float32)
    for index, name in enumerate(names):
        values[:, index] = table[name].to_numpy()
    return values
