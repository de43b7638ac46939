"""The comparison, at 1, 10 and 50 payments a second: compacted measured whole, today's layout piece by piece and added up."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.lake.layouts import DAYS, Layout
from benchmarks.lake.simulated_s3 import PAGE, simulated_s3
from benchmarks.options import parser
from benchmarks.own_process import Finished, run
from benchmarks.progress import Progress
from benchmarks.report import publish

RATES = (1, 10, 50)
SAMPLED_FILES = 4_000
PEERS = {
    "today": "as before: everything listed first, then a day's small files, here 64 at a time, then one by one. How many there are "
    "follows from Lambda's asking of one shard; seconds a page and a file are measured on samples, times their numbers",
    "compacted": "two years of keys, listed whole by the job's own code, and the first day read whole; nothing scaled",
    "s3": "simulated on loopback: each answer takes 0.1 s, the lower end of what AWS names for small objects",
}


def main() -> None:
    """Lay out, read, publish; SCALE enlarges or reduces the rates."""
    options = parser(__doc__ or "").parse_args()
    progress = Progress("lake", 4 * len(RATES) + 2)
    measures: dict[str, float] = {}
    for rate in RATES:
        found = {**_today(rate * options.scale, progress), **_compacted(rate * options.scale, progress)}
        measures |= {f"{name}_at_{rate}": value for name, value in found.items()}
    busiest = {
        name.removesuffix(f"_at_{RATES[-1]}"): value for name, value in measures.items() if name.endswith(f"_at_{RATES[-1]}")
    }
    contract = {name: busiest[name] for name in ("today_files", "compacted_files", "today_seconds", "compacted_seconds")}
    publish("lake", {**contract, **measures, **_merging(RATES[-1] * options.scale, progress)}, PEERS)


def _today(rate: float, progress: Progress) -> Mapping[str, float]:
    layout, sample = Layout(rate, is_compacted=False), Layout(rate, is_compacted=False, sampled=SAMPLED_FILES)
    page = _measured(layout, "pages").result["seconds"]
    progress.finish(f"pages at {rate:g}/s")
    files = _measured(sample, "files").result["seconds"]
    progress.finish(f"small files at {rate:g}/s")
    merged = _measured(sample, "compact").result
    progress.finish(f"small files merged at {rate:g}/s")
    of_first_day = sum(layout.names(kind, DAYS[0])[0] for kind in ("transactions", "labels"))
    sampled = sum(sample.names(kind, DAYS[0])[0] for kind in ("transactions", "labels"))
    listing, reading = page * layout.files() / PAGE, files * of_first_day / sampled
    return {
        "today_files": layout.files(),
        "today_seconds": listing + reading,
        "today_listing_seconds": listing,
        "today_first_day_seconds": reading,
        "compaction_files_per_second": merged["files"] / merged["seconds"],
        "compaction_cpu_ms_per_file": 1000 * merged["cpu_seconds"] / merged["files"],
    }


def _compacted(rate: float, progress: Progress) -> Mapping[str, float]:
    layout = Layout(rate, is_compacted=True)
    begun = _measured(layout, "begin")
    progress.finish(f"compacted at {rate:g}/s")
    return {
        "compacted_files": layout.files(),
        "compacted_files_of_closed_days": 2 * (len(DAYS) - 1),
        "compacted_seconds": begun.result["seconds"],
        "compacted_listing_seconds": begun.result["listing_seconds"],
        "compacted_peak_mb": begun.peak_mb,
        "rows_of_first_day": begun.result["rows"],
    }


def _merging(rate: float, progress: Progress) -> Mapping[str, float]:
    half, whole = (run("-m", "benchmarks.lake.job", "merge", str(rate), share) for share in ("0.5", "1"))
    progress.finish("merging", parts=2)
    return {
        "merge_rows": whole.result["rows"],
        "merge_seconds": whole.result["seconds"],
        "merged_mb": whole.result["megabytes"],
        "merge_peak_mb": whole.peak_mb,
        "merge_peak_mb_half": half.peak_mb,
    }


def _measured(layout: Layout, what: str) -> Finished:
    with simulated_s3(layout) as url, _environment(AWS_ENDPOINT_URL=url, **CREDENTIALS):
        return run("-m", "benchmarks.lake.job", what)


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded", "AWS_DEFAULT_REGION": "eu-north-1"}


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
