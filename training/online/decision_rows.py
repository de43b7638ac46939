"""One day's decisions as the lake has them: files that landed, and the one that they were merged into."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from greenfraud.errors import NotFound
from greenfraud.naming import decisions_key
from greenfraud.whole_days import whole_day_key
from training.features.record_file import records_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from training.job.bucket import Bucket

    Rows = list[dict[str, Any]]

DECISIONS = "decisions"
FILES_AT_ONCE = 64
ROWS_AT_ONCE = 4_096


def decision_rows(lake: Bucket, day: date) -> Iterator[Rows]:
    """Yield the decisions of a day, some at a time; one that landed twice comes twice.

    Raises NotFound where files are merged meanwhile: what is there by then is read anew.
    """
    whole, prefix = whole_day_key(DECISIONS, day), decisions_key(day, "").removesuffix(".jsonl")
    keys = lake.keys(prefix)
    landed = [key for key in keys if key != whole]
    for start in range(0, len(landed), FILES_AT_ONCE):
        for content in lake.get_many(landed[start : start + FILES_AT_ONCE]):
            yield [json.loads(line) for line in content.splitlines()]
    if whole in keys:
        yield from _merged_rows(lake, whole)


def has_decisions(lake: Bucket, day: date) -> bool:
    """Tell whether anything was decided on a day."""
    return lake.first_key(decisions_key(day, "").removesuffix(".jsonl")) is not None


def _merged_rows(lake: Bucket, key: str) -> Iterator[Rows]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "merged"
        if lake.fetch(key, path) is None:
            raise NotFound(key)
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS_AT_ONCE):
                yield records_of(pa.Table.from_batches([batch]))
