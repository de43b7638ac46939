"""Job `features`: write the feature chunks that the plan needs and the lake does not have yet."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from greenfraud.naming import DATASET_KEY, features_key, plan_key
from training.arenas import keep_few_arenas
from training.bucket import Bucket
from training.chunk_file import chunk_table, parquet
from training.feature_matrix import FeatureMatrix, buffer_us
from training.footprint import Meter, store_footprint
from training.history_stream import STEP, HistoryStream
from training.hyperparameters import FeaturesHyperparameters
from training.one_ahead import one_ahead
from training.progress import Progress
from training.settings import Settings
from training.tracking import Tracking

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from greenfraud.features.manifest import Manifest
    from training.computed_features import ComputedFeatures
    from training.contract import JobPaths
    from training.day_files import Lake

    Floats = NDArray[np.float64]

log = logging.getLogger(__name__)


class Group(NamedTuple):
    """Chunks that share a stretch of history, and their rows in it."""

    chunks: Sequence[Chunk]
    matrix: FeatureMatrix
    rows: slice


def main(paths: JobPaths) -> None:
    """Read plan and lake, write what is missing, and open the execution's MLflow run."""
    orders = FeaturesHyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    log.info("features: MLflow run %s", Tracking(settings, orders.execution).parent_run_id)
    plan = Bucket(settings.artifacts_bucket).get_json(plan_key(orders.execution))
    lake = Bucket(settings.lake_bucket)
    missing = missing_chunks(lake, plan)
    if missing:
        write_chunks(lake, missing)
    log.info("features: wrote %d chunks of %d", len(missing), len(needed_chunks(plan)))
    store_footprint(settings, "features", meter.stop())


def needed_chunks(plan: dict[str, Any]) -> list[Chunk]:
    """Return every chunk that a family learns or that models are judged on, in time order."""
    learned = {chunk for family in plan["families"] for item in family["chunks"] for chunk in item["chunks"]}
    return sorted(Chunk.parse(chunk) for chunk in learned | {plan["holdout"]["chunk"]})


def missing_chunks(lake: Lake, plan: dict[str, Any]) -> list[Chunk]:
    """Return the needed chunks without a file; a chunk's labels are mature, so what is written stays true."""
    version = load_manifest().version
    present = set(lake.keys(f"features/{version}/"))
    return [chunk for chunk in needed_chunks(plan) if features_key(version, chunk.id) not in present]


def write_chunks(lake: Lake, chunks: Sequence[Chunk], manifest: Manifest | None = None) -> None:
    """Compute and write one Parquet file per chunk, in time order; history is read while the chunks before are computed.

    Memory holds two bounded stretches of history and the columns of a few chunks, however long the history is.
    A job that is interrupted leaves whole files only; the next one goes on with what is missing. Without a `manifest`
    it is the one compiled into this package.
    """
    keep_few_arenas()
    manifest = manifest or load_manifest()
    maturity_us = lake.get_json(DATASET_KEY)["maturity_days"] * DAY_US
    stream = HistoryStream(lake, buffer_us(manifest))

    def prepare(chunks: list[Chunk]) -> Group:
        history = stream.advance(chunks[0].start_day, chunks[-1].end_day, chunks[-1].end_us + maturity_us)
        return Group(chunks, FeatureMatrix(manifest, history), history.rows_between(chunks[0].start_us, chunks[-1].end_us))

    memory = np.empty(0)  # of every group's columns: fresh memory costs more than what is computed into it
    with Progress(len(chunks)) as progress:
        for group in one_ahead(prepare, groups(chunks)):
            memory = _at_least(memory, group.matrix.cells(group.rows))
            _write(lake, group.chunks, group.matrix.compute(group.rows, memory), maturity_us)
            progress.add(group.chunks, group.rows.stop - group.rows.start)


def groups(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """Yield the chunks that share a stretch of history: so many that reading and sorting it is worth the while."""
    group: list[Chunk] = []
    for chunk in chunks:
        if group and chunk.end_day - group[0].start_day > STEP:
            yield group
            group = []
        group.append(chunk)
    yield group


def _at_least(memory: Floats, cells: int) -> Floats:
    return memory if len(memory) >= cells else np.empty(cells * 5 // 4)


def _write(lake: Lake, chunks: Sequence[Chunk], computed: ComputedFeatures, maturity_us: int) -> None:
    history = computed.history

    def write(chunk: Chunk) -> None:
        rows = history.rows_between(chunk.start_us, chunk.end_us)
        is_fraud = history.is_fraud_as_known(chunk.end_us + maturity_us - 1)  # a test week may begin then
        table = chunk_table(history, rows, is_fraud, computed.columns(rows))
        lake.put(features_key(computed.manifest.version, chunk.id), parquet(table))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(write, chunks))
