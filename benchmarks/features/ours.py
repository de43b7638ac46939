"""The offline builder as the job `features` runs it.

`python -m benchmarks.features.ours <lake folder> [20]` prints seconds as JSON; with `20`, of the features that the peer
`numpy_20` computes, and nothing else.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pandas as pd  # noqa: F401  # pyarrow imports it when it first meets an array; every peer has it imported, too

from benchmarks.features.lake_folder import LakeFolder
from feature_repo.declarations import FEATURES, VIEWS
from greenfraud.chunks import DEFAULT_CHUNK_DAYS, Chunk
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.manifest import Manifest, load_manifest
from greenfraud.instants import day_of, parse_rfc3339
from greenfraud.naming import DATASET_KEY
from training.features.chunk_writing import write_chunks

TWENTY = {
    *("amount", "is_weekend", "is_night", "customer_seconds_since_last"),
    *(f"customer_{measure}_{window}" for measure in ("count", "mean_amount") for window in ("1h", "1d", "7d", "30d")),
    *(f"amount_over_customer_mean_{window}" for window in ("7d", "30d")),
    *(f"terminal_{measure}_{window}" for measure in ("count", "report_ratio") for window in ("1d", "7d", "30d")),
}


def main(folder: str, features: str = "") -> None:
    """From the lake's day files to one file per chunk."""
    manifest = twenty() if features == "20" else load_manifest()
    lake = LakeFolder(Path(folder))
    shutil.rmtree(Path(folder) / "features", ignore_errors=True)
    started, used = time.perf_counter(), time.process_time()
    write_chunks(lake, _chunks(lake), manifest)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "features": len(manifest.features)}))


def twenty() -> Manifest:
    """Return the manifest of a repository that declares what `numpy_20` computes, and no more."""
    few = [feature for feature in FEATURES if feature.name in TWENTY]
    return Manifest.from_json(compile_manifest(load_manifest().project, VIEWS, few))


def _chunks(lake: LakeFolder) -> list[Chunk]:
    """Every day of the lake, the last chunk as short as it is: peers compute all rows, too."""
    document = lake.get_json(DATASET_KEY)
    day, end_day = date.fromisoformat(document["first_day"]), day_of(parse_rfc3339(document["newest_occurred_at"])) + timedelta(1)
    starts = [day + timedelta(n) for n in range(0, (end_day - day).days, DEFAULT_CHUNK_DAYS)]
    return [Chunk(start, min(start + timedelta(DEFAULT_CHUNK_DAYS), end_day)) for start in starts]


if __name__ == "__main__":
    main(*sys.argv[1:])
