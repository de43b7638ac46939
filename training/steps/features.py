"""Job `features`: write the feature chunks that the plan needs and the lake does not have yet."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from greenfraud.naming import DATASET_KEY, features_key, plan_key
from training.bucket import Bucket
from training.chunk_file import chunk_table, parquet
from training.feature_matrix import FeatureMatrix, buffer_us
from training.footprint import Meter, store_footprint
from training.history_stream import STEP, HistoryStream
from training.hyperparameters import FeaturesHyperparameters
from training.progress import Progress
from training.settings import Settings
from training.tracking import Tracking

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.contract import JobPaths
    from training.day_files import Lake

CHUNKS_AT_ONCE = 3  # what their windows are found by is made once for all of them

log = logging.getLogger(__name__)


def main(paths: JobPaths) -> None:
    """Read plan and lake, write what is missing, and open the execution's MLflow run."""
    orders = FeaturesHyperparameters.model_validate(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    plan = Bucket(settings.artifacts_bucket).get_json(plan_key(orders.execution))
    lake = Bucket(settings.lake_bucket)
    missing = missing_chunks(lake, plan)
    if missing:
        write_chunks(lake, missing)
    log.info("features: wrote %d chunks of %d", len(missing), len(needed_chunks(plan)))
    log.info("features: MLflow run %s", Tracking(settings, orders.execution).parent_run_id)
    store_footprint(settings, "features", meter.stop())


def needed_chunks(plan: dict[str, Any]) -> list[Chunk]:
    """Return every chunk that a family learns or that models are judged on, in time order."""
    learned = {item["chunk"] for family in plan["families"] for item in family["chunks"]}
    return sorted(Chunk.parse(chunk) for chunk in learned | {plan["holdout"]["chunk"]})


def missing_chunks(lake: Lake, plan: dict[str, Any]) -> list[Chunk]:
    """Return the needed chunks without a file; a chunk's labels are mature, so what is written stays true."""
    version = load_manifest().version
    present = set(lake.keys(f"features/{version}/"))
    return [chunk for chunk in needed_chunks(plan) if features_key(version, chunk.id) not in present]


def write_chunks(lake: Lake, chunks: Sequence[Chunk]) -> None:
    """Compute and write one Parquet file per chunk, in time order, each as soon as it is complete.

    Memory holds a bounded stretch of history and the columns of a few chunks, however long the history is.
    A job that is interrupted leaves whole files only; the next one goes on with what is missing.
    """
    manifest = load_manifest()
    maturity_us = lake.get_json(DATASET_KEY)["maturity_days"] * DAY_US
    stream = HistoryStream(lake, buffer_us(manifest))
    with Progress(len(chunks)) as progress, ThreadPoolExecutor(os.cpu_count()) as pool:
        for group in groups(chunks):
            end_us = group[-1].end_us
            history = stream.advance(group[0].start_day, group[-1].end_day, end_us + maturity_us)
            matrix = FeatureMatrix(manifest, history)
            parts = [group[start : start + CHUNKS_AT_ONCE] for start in range(0, len(group), CHUNKS_AT_ONCE)]
            for part, rows in zip(parts, pool.map(partial(_write_part, lake, matrix, maturity_us), parts), strict=True):
                progress.add(part, rows)


def groups(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """Yield the chunks that share a stretch of history: so many that reading and sorting it is worth the while."""
    group: list[Chunk] = []
    for chunk in chunks:
        if group and chunk.end_day - group[0].start_day > STEP:
            yield group
            group = []
        group.append(chunk)
    yield group


def _write_part(lake: Lake, matrix: FeatureMatrix, maturity_us: int, chunks: Sequence[Chunk]) -> int:
    """Write chunks that are computed together; returns how many rows they have."""
    rows = matrix.history.rows_between(chunks[0].start_us, chunks[-1].end_us)
    columns = matrix.columns(rows)
    for chunk in chunks:
        own = matrix.history.rows_between(chunk.start_us, chunk.end_us)
        is_fraud = matrix.history.is_fraud_as_known(chunk.end_us + maturity_us)
        part = {name: column[own.start - rows.start : own.stop - rows.start] for name, column in columns.items()}
        lake.put(features_key(matrix.manifest.version, chunk.id), parquet(chunk_table(matrix.history, own, is_fraud, part)))
    return int(rows.stop - rows.start)
