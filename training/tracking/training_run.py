"""The MLflow run of one family and chunk: the job's parameters and inputs, how learning went, what it consumed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from greenfraud.features.manifest import load_manifest
from greenfraud.naming import checkpoint_prefix, features_key, features_root, s3_uri
from training.job.contract import job_name
from training.model.checkpoint import FILE_NAME
from training.tracking.datasets import Data, digest_of
from training.tracking.mlflow_model import FOLDER, LOGGED_MODELS_TAG, logged_model_tag, model_files
from training.tracking.run_figures import consumption, method_tags, savings
from training.tracking.runs import Tracking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from greenfraud.bundle import BundleManifest
    from training.job.footprint import Footprint
    from training.job.training_job import TrainingJob
    from training.model.checkpoint import Checkpoint

RUN_ID_FILE = "mlflow_run_id"  # among the job's checkpoints, which an interrupted attempt leaves to the next one


class TrainingRun:
    """An open run; its `run_id` goes into results and bundle."""

    def __init__(self, tracking: Tracking, run_id: str) -> None:
        """Remember where to write."""
        self._tracking, self.run_id = tracking, run_id

    def log_model(self, manifest: BundleManifest, model: bytes) -> None:
        """Attach the bundle as an MLflow model, which the registry names later."""
        self._tracking.log_files(self.run_id, model_files(manifest, model), FOLDER)
        self._tracking.log(self.run_id, tags={LOGGED_MODELS_TAG: logged_model_tag(manifest)})


@contextmanager
def training_run(job: TrainingJob, checkpoint: Checkpoint, footprint: Footprint, saved: dict[str, Any]) -> Iterator[TrainingRun]:
    """Open the run, log everything about the training, and end the run with the block."""
    hyperparameters, report = job.hyperparameters, checkpoint.report
    tracking = Tracking(job.settings, hyperparameters.execution)
    discard_abandoned(job, tracking)
    tags = {
        "family": hyperparameters.family,
        "chunk": hyperparameters.chunk,
        "version": hyperparameters.version,
        "job_name": job_name(),
    }
    tags |= {"mlflow.source.name": "training/steps/train.py", **method_tags(footprint, job.settings)}
    with tracking.child(f"{hyperparameters.family} {hyperparameters.chunk}", tags, footprint.started_at) as run_id:
        record_of(job).write_text(run_id)
        metrics = {**single_numbers(report), **consumption(footprint, job.settings), **savings(saved)}
        tracking.log(run_id, parameters=parameters_of(job, checkpoint), metrics=metrics, history=report["history"])
        tracking.log_inputs(run_id, [data.as_input(context) for context, data in inputs_of(job, checkpoint).items()])
        yield TrainingRun(tracking, run_id)


def discard_abandoned(job: TrainingJob, tracking: Tracking) -> None:
    """Take the run of an interrupted attempt at this very job out of sight: no epoch is seen twice."""
    record = record_of(job)
    if record.is_file():
        tracking.discard(record.read_text())


def record_of(job: TrainingJob) -> Path:
    """Return the file that names the job's run."""
    job.paths.checkpoints.mkdir(parents=True, exist_ok=True)
    return job.paths.checkpoints / RUN_ID_FILE


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
