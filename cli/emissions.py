"""`logs/emissions.csv`: what training and inference emitted, compiled from the lake's records."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from cli.data.upload import keys_below, read_json
from cli.target import Target
from greenfraud.carbon import EmissionsRecord
from greenfraud.naming import day_prefix
from greenfraud.whole_days import MORE, WHOLE_DAY

CSV = Path("logs/emissions.csv")
COLUMNS = [column.name for column in fields(EmissionsRecord)]
SERVE = "serve"
EMISSIONS = "emissions/"  # in the lake, a folder for each day
LISTINGS = 5


def read_emissions(target: Target, day: date | None = None) -> list[EmissionsRecord]:
    """Every record in the lake, or those of one day, oldest first."""
    s3, bucket = target.client("s3"), target.outputs["LakeBucket"]
    prefix = EMISSIONS if day is None else day_prefix("emissions", day)
    found = _documents(s3, bucket, prefix)
    for _ in range(LISTINGS - 1):
        if None not in found.values():
            break
        found = _documents(s3, bucket, prefix)  # what is gone was merged with others of its day meanwhile
    records = [EmissionsRecord.from_json(document) for document in found.values() if document]
    return sorted(records, key=lambda record: (record.recorded_at or "", record.stage, record.family or "", record.chunk or ""))


def _documents(s3: Any, bucket: str, prefix: str = EMISSIONS) -> dict[str, Any]:
    """Every record by its key, also one that lies in its own file and in that of its day; None for one that is gone."""
    keys = keys_below(s3, bucket, prefix)
    own = [key for key in keys if not key.endswith(WHOLE_DAY)]
    with ThreadPoolExecutor(6) as pool:
        found = dict(zip(own, pool.map(lambda key: read_json(s3, bucket, key), own), strict=True))
    for key in keys:
        if key.endswith(WHOLE_DAY):
            found |= _merged(key, s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return found


def _merged(key: str, body: bytes) -> dict[str, Any]:
    rows = pq.read_table(io.BytesIO(body)).to_pylist()
    return {f"{key.removesuffix(WHOLE_DAY)}{row['record']}": json.loads(row[MORE]) for row in rows}


def wait_for_inference(target: Target, scores: int, *, timeout_seconds: float = 45) -> list[EmissionsRecord]:
    """The records, once they account for `scores` scores or the time is up: decisions reach the lake by their stream."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        records = read_emissions(target)
        if scores_accounted(records) >= scores or time.monotonic() > deadline:
            return records
        time.sleep(0.5)


def scores_accounted(records: Iterable[EmissionsRecord]) -> int:
    """How many scores the records of serving account for."""
    return sum(record.functional_units for record in records if record.stage == SERVE)


def write_csv(records: Iterable[EmissionsRecord], path: Path = CSV) -> Path:
    """Replace `path` by all records in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(record.to_json() for record in records)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def grams_by_stage(records: Iterable[EmissionsRecord]) -> dict[str, float]:
    """Grams of CO2e per stage."""
    totals: dict[str, float] = {}
    for record in records:
        totals[record.stage] = totals.get(record.stage, 0.0) + record.emissions_g
    return dict(sorted(totals.items()))
