"""What the lake says of payments that nobody decided here: when and where each happened, what was reported, who held it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from greenfraud.features.manifest import load_manifest
from greenfraud.instants import parse_rfc3339
from greenfraud.naming import DATASET_KEY
from intake.labels.places import Places

READS_AT_ONCE = 8
PAYMENT = pa.schema(
    {
        "transaction_id": pa.string(),
        "occurred_us": pa.int64(),
        "terminal_id": pa.string(),
        "customer_id": pa.string(),
        "amount_minor": pa.int64(),
        "decision": pa.string(),
    }
)
REPORT = pa.schema({"transaction_id": pa.string(), "is_fraud": pa.bool_(), "observed_us": pa.int64()})
RELEASE = pa.schema({"transaction_id": pa.string()})
# Which event of the lake, and when it was written by the wall clock: together they tell what time it is for events.
CLOCK = {"clock_us": pa.int64(), "clock_seconds": pa.float64()}
IMPORTED = "/part-0.parquet"
Done = Callable[[int, int], None]


@dataclass(frozen=True)
class Stored:
    """A file of the lake, and when it was written, in epoch seconds."""

    key: str
    written_seconds: float


@dataclass(frozen=True)
class Found:
    """What was found, as columns: a file of a million labels asks for as many payments."""

    payments: pa.Table  # PAYMENT with CLOCK
    reports: pa.Table
    releases: pa.Table

    def of(self, ids: pa.Array) -> Found:
        """Return what is known of some."""
        parts = (table.filter(pc.is_in(table["transaction_id"], ids)) for table in (self.payments, self.reports, self.releases))
        return Found(*parts)


def find_payments(places: Places, ids: pa.Array, done: Done) -> Found:
    """Return what the lake has of `ids`, each payment once; `done` is told how many of how many files were read."""
    newest_us = _newest(places)
    asked = pa.schema([*PAYMENT, *(pa.field(column, pa.string()) for column in load_manifest().entity_columns)])
    payments = pa.concat_tables(
        [
            pa.schema([*asked, *(pa.field(*one) for one in CLOCK.items())]).empty_table(),
            *(_with_clock(table, file, newest_us) for file, table in _read(places, "transactions/", asked, ids, done)),
        ]
    )
    known = payments["transaction_id"].combine_chunks()
    others = [
        pa.concat_tables([schema.empty_table(), *(table for _, table in _read(places, prefix, schema, known, done))])
        for prefix, schema in (("labels/", REPORT), ("releases/", RELEASE))
        if len(known)
    ]
    return Found(payments, *(others or [REPORT.empty_table(), RELEASE.empty_table()]))


def _newest(places: Places) -> int | None:
    """When the newest payment of the import happened: the clock of the events, when the import was written."""
    try:
        document: Mapping[str, Any] = json.loads(places.s3.get_object(Bucket=places.lake, Key=DATASET_KEY)["Body"].read())
    except places.s3.exceptions.NoSuchKey:
        return None
    return parse_rfc3339(str(document["newest_occurred_at"]))


def _with_clock(table: pa.Table, file: Stored, newest_us: int | None) -> pa.Table:
    """An import is written at once, when its newest payment had happened; every other file with its own payments."""
    is_import = file.key.endswith(IMPORTED) and newest_us is not None
    clock_us = pa.array([newest_us] * len(table), pa.int64()) if is_import else table["occurred_us"]
    return table.append_column("clock_us", clock_us).append_column(
        "clock_seconds", pa.array([file.written_seconds] * len(table), pa.float64())
    )


def _read(places: Places, prefix: str, schema: pa.Schema, ids: pa.Array, done: Done) -> Iterator[tuple[Stored, pa.Table]]:
    files = _files(places, prefix)
    wanted = set(ids.to_pylist()) if any(not file.key.endswith(".parquet") for file in files) else set[str]()

    def rows(file: Stored) -> pa.Table:
        body = places.s3.get_object(Bucket=places.lake, Key=file.key)["Body"].read()
        return _of_table(body, schema, ids) if file.key.endswith(".parquet") else _of_lines(body, schema, wanted)

    with ThreadPoolExecutor(READS_AT_ONCE) as pool:
        for start in range(0, len(files), READS_AT_ONCE):  # a few at a time: what was read waits for nobody
            part = files[start : start + READS_AT_ONCE]
            for number, (file, table) in enumerate(zip(part, pool.map(rows, part), strict=True), start=start + 1):
                done(number, len(files))
                if len(table):
                    yield file, table


def _files(places: Places, prefix: str) -> list[Stored]:
    pages = places.s3.get_paginator("list_objects_v2").paginate(Bucket=places.lake, Prefix=prefix)
    return [Stored(one["Key"], one["LastModified"].timestamp()) for page in pages for one in page.get("Contents", [])]


def _of_table(body: bytes, schema: pa.Schema, ids: pa.Array) -> pa.Table:
    """The rows about `ids`; a column that a file of before lacks is empty."""
    file = pq.ParquetFile(io.BytesIO(body))
    table = file.read(columns=[name for name in schema.names if name in file.schema_arrow.names])
    table = table.filter(pc.is_in(table["transaction_id"], ids))
    columns = {
        field.name: table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(len(table), field.type)
        for field in schema
    }
    return pa.table(columns, schema=schema)


def _of_lines(body: bytes, schema: pa.Schema, wanted: set[str]) -> pa.Table:
    rows: Sequence[Mapping[str, Any]] = [json.loads(line) for line in body.splitlines()]
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in schema.names} for row in rows if row["transaction_id"] in wanted], schema=schema
    )
