"""Job `features`: write the feature chunks that the plan needs and the lake does not have yet, and judge their data."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import features_key, plan_key
from greenfraud.quarantine import held, read_quarantine
from training.features.chunk_writing import write_chunks
from training.features.quarantine import DataJudge
from training.features.relabelling import judged_chunks, relabel
from training.job.bucket import Bucket, client
from training.job.footprint import QUARANTINED, Meter, store_footprint, store_metrics
from training.job.hyperparameters import Hyperparameters
from training.job.settings import Settings
from training.tracking.patience import Patience
from training.tracking.runs import Tracking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.features.day_files import Lake
    from training.job.contract import JobPaths

    Floats = NDArray[np.float64]

log = logging.getLogger(__name__)


def main(paths: JobPaths) -> None:
    """Read plan and lake, write what is missing, and open the execution's MLflow run."""
    hyperparameters = Hyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    open_run(Tracking(settings, hyperparameters.execution))
    plan = Bucket(settings.artifacts_bucket).get_json(plan_key(hyperparameters.execution))
    lake = Bucket(settings.lake_bucket)
    missing = missing_chunks(lake, plan)
    if missing:
        write_chunks(lake, missing)
    relabel(lake, plan, needed_chunks(plan))
    judge(lake, plan)
    log.info("features: wrote %d chunks of %d", len(missing), len(needed_chunks(plan)))
    store_footprint(settings, "features", meter.stop())


def judge(lake: Bucket, plan: dict[str, Any]) -> None:
    """Tell which chunks of the plan are kept from learning, because their data are at fault, and how many there are in all."""
    quarantine = read_quarantine(client("s3"), lake.name)
    found = DataJudge(lake, load_manifest(), quarantine).judge(needed_chunks(plan))
    for profile in found:
        log.warning("features: %s is quarantined: %s", profile.chunk, "; ".join(profile.faults))
    store_metrics({QUARANTINED: float(len({profile.chunk for profile in found} | held(quarantine).keys()))})


def open_run(tracking: Tracking) -> None:
    """Put the execution on record and open its run, which its training jobs look for."""
    patience = Patience()
    tracking.put_on_record()
    log.info("features: MLflow run %s", patience.attempt("the execution's run", lambda: tracking.parent_run_id))
    patience.count()


def needed_chunks(plan: dict[str, Any]) -> list[Chunk]:
    """Return every chunk that a family learns or that models are judged on, in time order."""
    learned = {chunk for family in plan["families"] for item in family["chunks"] for chunk in item["chunks"]}
    return sorted({*map(Chunk.parse, learned), *judged_chunks(plan)})


def missing_chunks(lake: Lake, plan: dict[str, Any]) -> list[Chunk]:
    """Return the needed chunks without a file; features stay true, and labels are mature, but may change until their horizon."""
    version = load_manifest().version
    present = set(lake.keys(f"features/{version}/"))
    return [chunk for chunk in needed_chunks(plan) if features_key(version, chunk.id) not in present]
