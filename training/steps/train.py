"""Job `train`: one family learns one chunk, starting from its parent's checkpoint."""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE
from greenfraud.errors import ContractError
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import checkpoint_prefix, models_prefix, train_result_key
from training.bucket import Bucket
from training.bundle_files import make_manifest, upload_bundle
from training.checkpoint import FILE_NAME, Checkpoint, read_checkpoint
from training.chunk_file import feature_values, read_chunk
from training.contract import job_name
from training.device import best_device
from training.footprint import Meter, store_footprint
from training.hyperparameters import TrainHyperparameters
from training.interruption import deferred
from training.learning import learn, parent_probabilities
from training.metrics import average_precision
from training.onnx_graph import check_parity, to_onnx
from training.provenance import provenance, software
from training.sample import Sample
from training.savepoint import Savepoint
from training.settings import Settings
from training.tracking import Tracking

if TYPE_CHECKING:
    from training.contract import JobPaths
    from training.footprint import Footprint

log = logging.getLogger(__name__)
PARITY_ROWS = 2_000


@dataclass(frozen=True)
class Job:
    """What one training job knows from the start."""

    paths: JobPaths
    orders: TrainHyperparameters
    settings: Settings
    features: dict[str, str]

    @property
    def artifacts(self) -> Bucket:
        """The bucket of models and checkpoints."""
        return Bucket(self.settings.artifacts_bucket)


def main(paths: JobPaths) -> None:
    """Read orders, data and parent; learn; leave checkpoint, bundle, result and records."""
    orders = TrainHyperparameters.read(paths.hyperparameters())
    manifest = load_manifest()
    job = Job(paths, orders, Settings.from_env(), {feature.name: feature.hash for feature in manifest.features})
    meter = Meter(job.settings)
    chunk = read_sample(job)
    parent = read_checkpoint(paths.channel("parent"))
    checkpoint = trained(job, chunk, parent)
    model = to_onnx(checkpoint.network)
    check_parity(model, checkpoint.network, chunk.values[:PARITY_ROWS])
    footprint = meter.stop()
    publish(job, checkpoint, chunk, model, footprint)


def read_sample(job: Job) -> Sample:
    """Read the chunk's features and labels."""
    table = read_chunk(job.paths.channel("features"))
    if not table.num_rows:
        raise ContractError(f"chunk {job.orders.chunk} has no transactions to learn from")
    values = torch.from_numpy(feature_values(table, list(job.features)))
    return Sample.of(values, torch.from_numpy(table["is_fraud"].to_numpy().copy()))


def trained(job: Job, chunk: Sample, parent: Checkpoint | None) -> Checkpoint:
    """Learn the chunk, or what an interrupted attempt at this very job left to learn of it."""
    orders, device = job.orders, best_device()
    prequential = prequential_average_precision(chunk, parent, job.features)
    with deferred() as is_interrupted:
        savepoint = Savepoint(job.paths.checkpoints, identity(job), is_interrupted)
        learned = learn(
            orders.family, chunk, parent, job.features, epochs=orders.epochs, seed=orders.seed, device=device, savepoint=savepoint
        )
    return Checkpoint(
        family=orders.family,
        version=orders.version,
        chunks=[*(parent.chunks if parent else []), orders.chunk],
        feature_hashes=job.features,
        network=learned.network,
        replay=learned.replay,
        lineage_energy_kwh=parent.lineage_energy_kwh if parent else 0.0,
        lineage_emissions_g=parent.lineage_emissions_g if parent else 0.0,
        parent_version=parent.version if parent else None,
        report={
            "rows": len(chunk),
            "frauds": int(chunk.is_fraud.sum()),
            "epochs": learned.fit.epochs,
            "loss": learned.fit.loss,
            "prequential_average_precision": prequential,
        },
        provenance=provenance(orders.seed, device),
    )


def identity(job: Job) -> dict[str, Any]:
    """Return all that the bits of this job's network follow from: orders, inputs and software."""
    return {**job.orders.model_dump(mode="json"), "inputs": job.paths.inputs_digest(), **software()}


def prequential_average_precision(chunk: Sample, parent: Checkpoint | None, features: dict[str, str]) -> float | None:
    """Return how well the parent ranks the chunk before anyone learns it; None without parent or frauds."""
    if parent is None or not chunk.is_fraud.any():
        return None
    scores = parent_probabilities(parent, chunk.values, features)
    return average_precision(scores.numpy(), chunk.is_fraud.numpy())


def publish(job: Job, checkpoint: Checkpoint, chunk: Sample, model: bytes, footprint: Footprint) -> None:
    """Upload checkpoint, run, bundle, result and emissions; the result comes last."""
    lineage = {
        "energy_kwh": checkpoint.lineage_energy_kwh + footprint.energy_kwh,
        "emissions_g": checkpoint.lineage_emissions_g + footprint.emissions_g,
    }
    checkpoint = with_lineage(checkpoint, **lineage)
    result = result_of(job, checkpoint, footprint)
    job.artifacts.put(checkpoint_prefix(checkpoint.family, checkpoint.version) + FILE_NAME, checkpoint.to_bytes())
    tracking = Tracking(job.settings, job.orders.execution)
    result["mlflow_run_id"] = run_id = open_run(job, tracking, checkpoint, result)
    if job.orders.is_last:
        manifest = make_manifest(
            checkpoint,
            model,
            chunk.values.numpy(),
            chunk.is_fraud.numpy(),
            mlflow_run_id=run_id,
            metrics=checkpoint.report,
            emissions={
                "this": {"energy_kwh": footprint.energy_kwh, "emissions_g": footprint.emissions_g},
                "lineage": lineage,
            },
        )
        upload_bundle(job.artifacts, manifest, model)
        attach_bundle(tracking, run_id, {MODEL_FILE: model, MANIFEST_FILE: manifest.to_bytes()})
    tracking.finish(run_id)
    store_footprint(
        job.settings,
        "train",
        footprint,
        family=checkpoint.family,
        version=checkpoint.version,
        chunk=job.orders.chunk,
    )
    job.artifacts.put_json(train_result_key(job.orders.execution, job.orders.family, job.orders.chunk), result)
    log.info("train: %s %s", models_prefix(checkpoint.family, checkpoint.version), result)


def with_lineage(checkpoint: Checkpoint, *, energy_kwh: float, emissions_g: float) -> Checkpoint:
    """Return the checkpoint with what its whole lineage cost, this training included."""
    return Checkpoint(**{**vars(checkpoint), "lineage_energy_kwh": energy_kwh, "lineage_emissions_g": emissions_g})


def result_of(job: Job, checkpoint: Checkpoint, footprint: Footprint) -> dict[str, Any]:
    """Return the small result that evaluation and report read."""
    return {
        "family": checkpoint.family,
        "chunk": job.orders.chunk,
        "version": checkpoint.version,
        "parent_version": checkpoint.parent_version,
        **checkpoint.report,
        "duration_seconds": footprint.duration_seconds,
        "cpu_seconds": footprint.cpu_seconds,
        "energy_kwh": footprint.energy_kwh,
        "emissions_g": footprint.emissions_g,
        "job_name": job_name(),
    }


def open_run(job: Job, tracking: Tracking, checkpoint: Checkpoint, result: dict[str, Any]) -> str:
    """Start the child run of this family and chunk, with everything it has to say."""
    orders = job.orders
    tags = {"family": orders.family, "chunk": orders.chunk, "version": orders.version, "job_name": job_name()}
    run_id = tracking.start_child(f"{orders.family} {orders.chunk}", tags)
    architecture = vars(checkpoint.network.architecture)
    chosen = orders.model_dump(mode="json", exclude={"execution", "as_of"}, exclude_none=True)
    parameters = {**architecture, "bins": checkpoint.network.bins, **chosen, "parent_version": checkpoint.parent_version}
    parameters |= checkpoint.provenance
    numbers = {name: value for name, value in result.items() if isinstance(value, int | float)}
    tracking.log(run_id, parameters, numbers)
    return run_id


def attach_bundle(tracking: Tracking, run_id: str, files: dict[str, bytes]) -> None:
    """Attach the bundle's files to the run."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        tracking.log_files(run_id, [Path(folder) / name for name in files], "bundle")
