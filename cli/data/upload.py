"""Putting a data set into the lake, by day; it counts as there once `dataset.json` is, which is written last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from cli.data.dataset import Dataset, HeldBack
from cli.data.week_counts import weeks_of_dataset, without_live
from cli.errors import CommandError, InputError
from greenfraud.coverage import PARTITIONS
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, day_of
from greenfraud.naming import DATASET_KEY, WEEKS_KEY, labels_prefix, releases_prefix, transactions_prefix
from greenfraud.weekly_frauds import weeks_document

HELD_BACK_KEY = "held-back.json"
UPLOADS_AT_ONCE = 6
PARTITIONED = ("transactions/", "labels/", "releases/")
IMPORT_SOURCE = "import"
IMPORTED = "part-0.parquet"  # a day's file of an import; the others are of records that arrived live


def imported_document(s3: Any, bucket: str) -> dict[str, Any] | None:
    """The lake's `dataset.json`; None when nothing was imported completely."""
    document = read_json(s3, bucket, DATASET_KEY)
    return document if isinstance(document, dict) else None


def upload(
    s3: Any,
    bucket: str,
    dataset: Dataset,
    held_back: list[HeldBack] | None = None,
    *,
    done: Callable[[int, int], None] = lambda *_: None,
) -> None:
    """Import `dataset` into an empty lake; `done` is told how many of how many files are there.

    Where it is there already, nothing is touched: other files may have been added to it since. InputError when the lake holds
    another data set. On any failure what was uploaded is taken away again.
    """
    if _is_there(s3, bucket, dataset):
        return
    _remove_imports(s3, bucket)  # what an import that was cut off has left
    files = lake_files(dataset)
    try:
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            for count, _ in enumerate(pool.map(lambda file: _put(s3, bucket, file[0], day_file(file[1])), files), start=1):
                done(count, len(files))
        _put(s3, bucket, HELD_BACK_KEY, _json([held_document(held) for held in held_back or []]))
        weeks = without_live(weeks_of_dataset(dataset), live_days(s3, bucket), dataset.maturity_days)
        _put(s3, bucket, WEEKS_KEY, weeks_document(weeks))
        _put(s3, bucket, DATASET_KEY, _json(dataset.document()))
    except (ClientError, BotoCoreError) as error:
        _remove_imports(s3, bucket)
        raise CommandError(f"the import stopped and was taken back: {error}. Mend that and import again") from error


def change_label_horizon(s3: Any, bucket: str, days: int) -> None:
    """Let labels of the imported data set come until so many days after a week, and never before its labels are mature."""
    answer = s3.get_object(Bucket=bucket, Key=DATASET_KEY)
    found = json.loads(answer["Body"].read())
    changed = _json({**found, "label_horizon_days": max(days, found["maturity_days"])})
    try:
        s3.put_object(Bucket=bucket, Key=DATASET_KEY, Body=changed, IfMatch=answer["ETag"])
    except ClientError as error:
        raise CommandError(f"{DATASET_KEY} was not changed: {error}. Somebody may import just now; try again") from error


def lake_files(dataset: Dataset) -> list[tuple[str, pa.Table]]:
    """Key and content of every day's file: transactions, then what was reported, and let go, on that day."""
    return [*_transaction_files(dataset), *_label_files(dataset), *_release_files(dataset)]


def day_file(table: pa.Table) -> bytes:
    """A day's file as Parquet. No transaction's id comes twice and whole numbers lie close together: no dictionary of theirs."""
    encodings = {field.name: "DELTA_BINARY_PACKED" for field in table.schema if pa.types.is_int64(field.type)}
    few = [name for name in table.column_names if name not in {"transaction_id", *encodings}]
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), sink, compression="zstd", use_dictionary=few, column_encoding=encodings)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def read_json(s3: Any, bucket: str, key: str) -> Any:
    """The JSON document at `key`, or None when there is none."""
    try:
        return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None


def keys_below(s3: Any, bucket: str, prefix: str) -> list[str]:
    """Every key that starts with `prefix`, in order."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def live_days(s3: Any, bucket: str) -> set[date]:
    """Days on which payments arrived live: files that no import wrote lie there."""
    live = [key for key in keys_below(s3, bucket, PARTITIONS) if not key.endswith(f"/{IMPORTED}")]
    return {date.fromisoformat(key.removeprefix(PARTITIONS).partition("/")[0]) for key in live}


def held_document(held: HeldBack) -> dict[str, Any]:
    """The stored form of a held-back transaction: the wire form and the truth."""
    return {"transaction": held.transaction.to_json(), "is_fraud": held.is_fraud}


def _is_there(s3: Any, bucket: str, dataset: Dataset) -> bool:
    found = imported_document(s3, bucket)
    if found is None:
        return False
    if found["source_sha256"] != dataset.source_sha256:
        raise InputError(
            f"the lake holds the data set `{found['name']}`: a lake has one. "
            "Add the payments of a later file to it with --append, or deploy another set of stacks for another data set"
        )
    return True


def _remove_imports(s3: Any, bucket: str) -> None:
    """Take away what an import wrote, `dataset.json` first; records that arrived live stay."""
    found = [key for prefix in PARTITIONED for key in keys_below(s3, bucket, prefix) if key.endswith(f"/{IMPORTED}")]
    for key in (DATASET_KEY, WEEKS_KEY, HELD_BACK_KEY, *found):
        s3.delete_object(Bucket=bucket, Key=key)


def _transaction_files(dataset: Dataset) -> Iterator[tuple[str, pa.Table]]:
    # Everything but what became known later.
    columns = [name for name in dataset.table.column_names if name not in {"is_fraud", "observed_us", "released_us"}]
    for day, rows in _by_day(dataset.table, "occurred_us"):
        yield f"{transactions_prefix(day_of(day * DAY_US))}{IMPORTED}", rows.select(columns)


def _label_files(dataset: Dataset) -> Iterator[tuple[str, pa.Table]]:
    """Only reports of fraud are labels: of a legitimate transaction nobody says anything."""
    reports = dataset.table.filter(dataset.table["is_fraud"]).sort_by(
        [("observed_us", "ascending"), ("transaction_id", "ascending")]
    )
    for day, rows in _by_day(reports, "observed_us"):
        labels = rows.select(["transaction_id", "is_fraud", "observed_us"])
        source = pa.array([IMPORT_SOURCE] * rows.num_rows, pa.string())
        yield f"{labels_prefix(day_of(day * DAY_US))}{IMPORTED}", labels.append_column("source", source)


def _release_files(dataset: Dataset) -> Iterator[tuple[str, pa.Table]]:
    """Payments that were held, by the day on which somebody let them go."""
    if "released_us" not in dataset.table.column_names:
        return
    released = dataset.table.filter(dataset.table["released_us"].is_valid())
    released = released.sort_by([("released_us", "ascending"), ("transaction_id", "ascending")])
    for day, rows in _by_day(released, "released_us"):
        entities = [name for name in load_manifest().entity_columns if name in rows.column_names]
        named = ["transaction_id", "released_us", "occurred_us", "customer_id", "terminal_id", "amount_minor", *entities]
        payments = rows.select(named)
        source = pa.array([IMPORT_SOURCE] * rows.num_rows, pa.string())
        release = payments.rename_columns({"released_us": "accepted_us"}).append_column("source", source)
        yield f"{releases_prefix(day_of(day * DAY_US))}{IMPORTED}", release


def _by_day(table: pa.Table, column: str) -> Iterator[tuple[int, pa.Table]]:
    """Slices of a table sorted by `column` (microseconds), one per day since the epoch."""
    days = pc.divide(table[column], DAY_US).to_numpy()
    starts = np.flatnonzero(np.diff(days, prepend=-1))
    for start, stop in pairwise([*starts, len(days)]):
        yield int(days[start]), table.slice(int(start), int(stop - start))


def _json(document: Any) -> bytes:
    return json.dumps(document, indent=1).encode()


def _put(s3: Any, bucket: str, key: str, body: bytes) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=body)
