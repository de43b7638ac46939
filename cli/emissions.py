"""`logs/emissions.csv`: what training and inference emitted, compiled from the lake's records."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

from cli.data.upload import keys_below, read_json
from cli.target import Target
from greenfraud.carbon import EmissionsRecord

CSV = Path("logs/emissions.csv")
COLUMNS = [column.name for column in fields(EmissionsRecord)]
SERVE = "serve"


def read_emissions(target: Target) -> list[EmissionsRecord]:
    """Every record in the lake, oldest first."""
    s3, bucket = target.client("s3"), target.outputs["LakeBucket"]
    with ThreadPoolExecutor(6) as pool:
        documents = list(pool.map(lambda key: read_json(s3, bucket, key), keys_below(s3, bucket, "emissions/")))
    records = [EmissionsRecord.from_json(document) for document in documents if document]
    return sorted(records, key=lambda record: (record.recorded_at or "", record.stage, record.family or "", record.chunk or ""))


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
