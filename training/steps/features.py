"""Job `features`: write the feature chunks that the plan needs and the lake does not have yet."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from greenfraud.naming import DATASET_KEY, features_key, plan_key
from training.bucket import Bucket
from training.chunk_file import chunk_table
from training.feature_matrix import FeatureMatrix
from training.footprint import Meter, store_footprint
from training.history import read_history
from training.hyperparameters import FeaturesHyperparameters
from training.settings import Settings
from training.tracking import Tracking

if TYPE_CHECKING:
    from training.contract import JobPaths

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


def missing_chunks(lake: Bucket, plan: dict[str, Any]) -> list[Chunk]:
    """Return the needed chunks without a file; a chunk's labels are mature, so what is written stays true."""
    version = load_manifest().version
    present = set(lake.keys(f"features/{version}/"))
    return [chunk for chunk in needed_chunks(plan) if features_key(version, chunk.id) not in present]


def write_chunks(lake: Bucket, chunks: list[Chunk]) -> None:
    """Compute and write one Parquet file per chunk; only one chunk's columns are in memory at a time."""
    manifest = load_manifest()
    maturity_us = lake.get_json(DATASET_KEY)["maturity_days"] * DAY_US
    history = read_history(lake, end_day=chunks[-1].end_day)
    matrix = FeatureMatrix(manifest, history)
    for chunk in chunks:
        rows = history.rows_between(chunk.start_us, chunk.end_us)
        is_fraud = history.is_fraud_as_known(chunk.end_us + maturity_us)
        table = chunk_table(history, rows, is_fraud, matrix.columns(rows))
        lake.put_table(features_key(manifest.version, chunk.id), table)
