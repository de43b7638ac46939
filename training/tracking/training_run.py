"""The MLflow run of one family and chunk: the job's parameters and inputs, how learning went, what it consumed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from greenfraud.errors import NotFound
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import checkpoint_prefix, features_key, features_root, s3_uri
from training.job.contract import job_name
from training.model.checkpoint import FILE_NAME
from training.tracking.datasets import Data, digest_of
from training.tracking.mlflow_model import FOLDER, LOGGED_MODELS_TAG, logged_model_tag, model_files
from training.tracking.run_figures import consumption, method_tags, savings
from training.tracking.run_record import RunRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from greenfraud.bundle import BundleManifest
    from training.job.footprint import Footprint
    from training.job.training_job import TrainingJob
    from training.model.checkpoint import Checkpoint
    from training.tracking.runs import Tracking

    Bundle = tuple[BundleManifest, bytes]

RECORD_TAG = "record"  # the digest of what a run shows
FINISHED = "FINISHED"


def record_of(job: TrainingJob, checkpoint: Checkpoint, footprint: Footprint, saved: dict[str, Any]) -> RunRecord:
    """Return everything that the run of a training says, but for its bundle."""
    hyperparameters, report = job.hyperparameters, checkpoint.report
    return RunRecord(
        name=f"{hyperparameters.family} {hyperparameters.chunk}",
        family=hyperparameters.family,
        chunk=hyperparameters.chunk,
        version=hyperparameters.version,
        started_at=footprint.started_at,
        ended_at=time.time(),
        tags={"job_name": job_name(), "mlflow.source.name": "training/steps/train.py", **method_tags(footprint, job.settings)},
        parameters=parameters_of(job, checkpoint),
        metrics={**single_numbers(report), **consumption(footprint, job.settings), **savings(saved)},
        history=report["history"],
        inputs=inputs_of(job, checkpoint),
        has_bundle=hyperparameters.is_last,
    )


def open_in_its_job(tracking: Tracking, record: RunRecord) -> str:
    """Return the id of the training's run. Raises NotFound while the execution's run is not known: a later job makes both."""
    parent_run_id = tracking.recorded_run_id
    if parent_run_id is None:
        raise NotFound("MLflow does not know the execution yet")
    return open_run(tracking, record, parent_run_id, tracking.children(parent_run_id, family=record.family, chunk=record.chunk))


def open_run(tracking: Tracking, record: RunRecord, parent_run_id: str, known: list[Any]) -> str:
    """Return the id of the run that shows this record: one of the `known` ones or a new one.

    A run that shows another attempt at the same training goes out of sight, so that no epoch is seen twice.
    """
    showing = [run for run in known if run.data.tags.get(RECORD_TAG) == record.digest]
    for run in known:
        if run not in showing[:1]:
            tracking.discard(run.info.run_id)
    if showing:
        return str(showing[0].info.run_id)
    named = {"family": record.family, "chunk": record.chunk, "version": record.version, RECORD_TAG: record.digest}
    return tracking.new_child(record.name, parent_run_id, {**record.tags, **named}, record.started_at)


def is_told(run_id: str, known: list[Any]) -> bool:
    """Whether a run among the `known` ones has ended, which is the last that is told."""
    return any(run.info.run_id == run_id and run.info.status == FINISHED for run in known)


def tell(tracking: Tracking, run_id: str, record: RunRecord, bundle: Callable[[], Bundle | None]) -> None:
    """Log everything and end the run; said twice, it changes nothing. The bundle, where there is one, is attached as a model."""
    tracking.log(run_id, parameters=record.parameters, metrics=record.metrics, history=record.history, at=record.ended_at)
    tracking.log_inputs(run_id, [data.as_input(context) for context, data in record.inputs.items()])
    if record.has_bundle and (found := bundle()):
        manifest, model = found
        tracking.log_files(run_id, model_files(manifest, model, run_id), FOLDER)
        tracking.log(run_id, tags={LOGGED_MODELS_TAG: logged_model_tag(manifest, run_id)})
    tracking.finish(run_id, record.ended_at)


def single_numbers(report: dict[str, Any]) -> dict[str, float]:
    """Return the entries of a training's report that are one number each."""
    return {name: value for name, value in report.items() if isinstance(value, int | float) and name not in report["history"]}


def parameters_of(job: TrainingJob, checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what was chosen: architecture, hyperparameters, parent, software and machine."""
    chosen = job.hyperparameters.model_dump(mode="json", exclude={"execution"}, exclude_none=True)
    architecture = vars(checkpoint.network.architecture)
    parameters = {**architecture, "bins": checkpoint.network.bins, **chosen, "parent_version": checkpoint.parent_version}
    return parameters | checkpoint.provenance


def inputs_of(job: TrainingJob, checkpoint: Checkpoint) -> dict[Any, Data]:
    """Return the chunk, and the replay sample where there is a parent, by context."""
    hyperparameters, report, features = job.hyperparameters, checkpoint.report, list(job.features)
    uri = s3_uri(job.settings.lake_bucket, features_key(load_manifest().version, hyperparameters.chunk))
    digest = digest_of(job.paths.channel("features"))
    name = f"chunk {hyperparameters.chunk}"
    if len(job.chunks) > 1:
        name = f"{len(job.chunks)} chunks up to {hyperparameters.chunk}"
        uri = s3_uri(job.settings.lake_bucket, features_root(load_manifest().version))
    inputs = {"training": Data(name, uri, digest, features, report["rows"], report["frauds"])}
    if checkpoint.parent_version:
        parent = checkpoint_prefix(hyperparameters.family, checkpoint.parent_version)
        uri, digest = s3_uri(job.settings.artifacts_bucket, parent + FILE_NAME), digest_of(job.paths.channel("parent"))
        name = f"replay {hyperparameters.family}/{checkpoint.parent_version}"
        inputs["replay"] = Data(name, uri, digest, features, report["replay_rows"], report["replay_frauds"])
    return inputs
