"""The lake's records of one kind, read a few days at a time."""

from __future__ import annotations

import io
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

from greenfraud.errors import ContractError
from greenfraud.faults import told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PARALLEL_READS = 8  # enough to hide S3's latency; a job has two cores


class Lake(Protocol):
    """Where records lie and where chunks go: a bucket, or a folder in its place."""

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix, in key order."""
        ...

    def get(self, key: str) -> bytes:
        """Read one object."""
        ...

    def get_json(self, key: str) -> dict[str, Any]:
        """Read one JSON document."""
        ...

    def put(self, key: str, body: bytes) -> None:
        """Write one object, whole or not at all."""
        ...


class DayFiles:
    """Records of one kind under `<kind>/dt=<day>/`, listed once, read day by day."""

    def __init__(self, lake: Lake, kind: str, schema: pa.Schema) -> None:
        """List the files of every day."""
        self._lake, self._schema = lake, schema
        self._keys: dict[date, list[str]] = defaultdict(list)
        for key in lake.keys(f"{kind}/dt="):
            day = key.removeprefix(f"{kind}/dt=").partition("/")[0]
            self._keys[date.fromisoformat(day)].append(key)

    @property
    def first_day(self) -> date | None:
        """The oldest day with a file."""
        return min(self._keys, default=None)

    def days(self, first_day: date | None, end_day: date | None) -> list[date]:
        """Return the days with files in [first_day, end_day), ascending; None is without bound."""
        return sorted(day for day in self._keys if (first_day or date.min) <= day < (end_day or date.max))

    def read(
        self, first_day: date | None, end_day: date | None, arrange: Callable[[pa.Table], pa.Table] = lambda table: table
    ) -> list[pa.Table]:
        """Return one table per day of [first_day, end_day), each passed through `arrange`."""
        keys = [self._keys[day] for day in self.days(first_day, end_day)]
        with ThreadPoolExecutor(PARALLEL_READS) as pool:
            bodies = list(pool.map(lambda names: [self._lake.get(name) for name in names], keys))
        # Waiting takes many threads; parsing, more than there are processors, takes three times as long.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda names, parts: arrange(self._parsed(names, parts)), keys, bodies))

    def _parsed(self, keys: Sequence[str], bodies: Sequence[bytes]) -> pa.Table:
        return pa.concat_tables([_parse(key, body, self._schema) for key, body in zip(keys, bodies, strict=True)])


def _parse(key: str, body: bytes, schema: pa.Schema) -> pa.Table:
    """Read one file of the lake. Raises ContractError naming it; what it holds is nobody's to read in a log."""
    try:
        return _parsed(key, body, schema)
    except pa.ArrowException as error:
        raise ContractError(f"{key} in the lake cannot be read: {told(error)}") from None


def _parsed(key: str, body: bytes, schema: pa.Schema) -> pa.Table:
    if not key.endswith(".parquet"):
        options = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        return pyarrow.json.read_json(io.BytesIO(body), parse_options=options).select(schema.names).cast(schema)
    file = pq.ParquetFile(pa.BufferReader(body))
    known = set(file.schema_arrow.names)
    table = file.read(columns=[name for name in schema.names if name in known], use_threads=False)  # the days are the threads
    for field in schema:
        if field.name not in known:  # an extra column, declared after this file was written
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    table = table.select(schema.names)
    return table if table.schema == schema else table.cast(schema)
