"""What is measured, in processes of their own, against the simulated bucket; each prints a document.

`python -m benchmarks.lake.job begin` is the features job until it has its first day; `pages` and `files` are samples of what
it did before compaction: a page of a listing of everything, and small files; `compact` merges a sample of small files, and
`merge RATE SHARE` a day's payments.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.lake.layouts import DAYS
from benchmarks.lake.records import days_payments
from greenfraud.features.manifest import load_manifest
from training.compaction.day_compaction import DayCompaction, Merged
from training.compaction.kinds import kinds
from training.compaction.merged_file import write_merged
from training.compaction.sorted_runs import SortedRuns
from training.features.day_files import DayFiles
from training.features.feature_matrix import buffer_us
from training.features.history import LABELS, transactions_schema
from training.features.history_stream import HistoryStream
from training.features.row_order import in_order
from training.job.bucket import Bucket, client

PAGES = 25
DAY = timedelta(days=1)


def begin() -> dict[str, float]:
    """List what the job lists, and read the first day of its history: from then on it computes."""
    lake, started = Bucket("lake"), time.perf_counter()
    HistoryStream(lake, buffer_us(load_manifest()))
    listed = time.perf_counter()
    rows = _first_day(lake)
    return {"seconds": time.perf_counter() - started, "listing_seconds": listed - started, "rows": rows}


def files() -> dict[str, float]:
    """Read a day of small files."""
    lake, started = Bucket("lake"), time.perf_counter()
    rows = _first_day(lake)
    return {"seconds": time.perf_counter() - started, "rows": rows}


def pages() -> dict[str, float]:
    """List some pages of everything, as the job did before it asked for days."""
    found = client("s3").get_paginator("list_objects_v2").paginate(Bucket="lake", Prefix="transactions/dt=")
    started = time.perf_counter()
    keys = [item["Key"] for _, page in zip(range(PAGES), found, strict=False) for item in page["Contents"]]
    return {"seconds": (time.perf_counter() - started) / PAGES, "keys": len(keys)}


def compact() -> dict[str, float]:
    """Merge a sample of a day's small files, from listing to removal."""
    day, started, used = DayCompaction(Bucket("lake"), kinds()["transactions"], DAYS[0]), time.perf_counter(), time.process_time()
    sources, merged = day.small_files(), Merged()
    day._merge(sources, merged)  # noqa: SLF001  `run` lists again until nothing is left, and here nothing ever goes
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "files": merged.files}


def merge(rate: str, share: str) -> dict[str, float]:
    """Merge a day's payments that come in no order."""
    kind, started = kinds()["transactions"], time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        runs = SortedRuns(kind, Path(folder))
        for part in days_payments(float(rate), in_order=False, share=float(share)):
            runs.add(part)
        path = Path(folder) / "merged"
        rows = write_merged(path, kind.stored, runs.merged())
        return {"seconds": time.perf_counter() - started, "rows": rows, "megabytes": path.stat().st_size / 1e6}


def _first_day(lake: Bucket) -> int:
    (table,) = DayFiles(lake, "transactions", transactions_schema()).read(DAYS[0], DAYS[0] + DAY, in_order)
    DayFiles(lake, "labels", LABELS).read(DAYS[0], DAYS[0] + DAY)
    return int(table.num_rows)


def main(what: str, *arguments: str) -> None:
    """Measure, and print."""
    measured: dict[str, Callable[..., dict[str, float]]] = {
        "begin": begin,
        "files": files,
        "pages": pages,
        "merge": merge,
        "compact": compact,
    }
    print(json.dumps(measured[what](*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
