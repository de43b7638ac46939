"""Job `train`: one family learns one chunk, starting from its parent's checkpoint."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from greenfraud.errors import ContractError
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import checkpoint_prefix, models_prefix, train_result_key, train_tracking_key
from training.features.chunk_file import chunk_files, feature_values, known_until, read_every_row, read_file, unlike_others
from training.features.chunk_profile import held_in
from training.features.late_rows import Late, numbers_of
from training.features.propensity import learned_weights
from training.job.footprint import Meter, store_footprint
from training.job.hyperparameters import TrainHyperparameters
from training.job.interruption import deferred
from training.job.settings import Settings
from training.job.training_job import TrainingJob
from training.model.bundle_files import make_manifest, upload_bundle
from training.model.checkpoint import ARCHIVE_NAME, FILE_NAME, Checkpoint, read_checkpoint
from training.model.device import best_device
from training.model.learning import learn
from training.model.memory import told
from training.model.onnx_graph import check_parity, to_onnx
from training.model.passing_on import passed_on, typical_rows
from training.model.sample import Sample
from training.model.savepoint import Savepoint
from training.tracking.full_refit import keep_costs
from training.tracking.patience import Patience
from training.tracking.provenance import provenance, software
from training.tracking.runs import Tracking
from training.tracking.training_result import emissions_of, result_of, summary_of
from training.tracking.training_run import open_in_its_job, record_of, tell

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from greenfraud.bundle import BundleManifest
    from training.job.contract import JobPaths
    from training.job.footprint import Footprint

log = logging.getLogger(__name__)
PARITY_ROWS = 2_000
EMBODIED = "lineage_embodied_g"  # in the report, which every release reads


def main(paths: JobPaths) -> None:
    """Read hyperparameters, data and parent; learn; leave checkpoint, bundle, result and records."""
    hyperparameters = TrainHyperparameters.read(paths.hyperparameters())
    manifest = load_manifest()
    features = manifest.input_hashes
    held = held_in(chunk_files(paths.channel("features")))
    job = TrainingJob(paths, hyperparameters, Settings.from_env(), features, held)
    meter = Meter(job.settings)
    chunk = read_sample(job)
    parent = read_checkpoint(paths.channel("parent"))
    if job.chunks:
        checkpoint = trained(job, chunk, parent)
    else:
        chunk, checkpoint = left_out(job, chunk, parent)
    model = to_onnx(checkpoint.network)
    check_parity(model, checkpoint.network, chunk.values[:PARITY_ROWS])
    footprint = meter.stop()
    publish(job, with_lineage(checkpoint, parent, footprint), chunk, model, footprint)


def read_sample(job: TrainingJob) -> Sample:
    """Read features and labels of the chunk, or of all that a full refit learns at once."""
    files = chunk_files(job.paths.channel("features"))
    samples = [sample_of(read_file(file), list(job.features)) for file in files if job.is_learned(file)]
    if not samples:
        raise ContractError("every chunk of this refit is in quarantine")
    sample = Sample.joined(samples)
    if not len(sample) and job.chunks:
        raise ContractError(f"chunk {job.hyperparameters.chunk} has no transactions to learn from")
    return sample


def sample_of(table: pa.Table, names: list[str]) -> Sample:
    """Return the rows of a chunk's table."""
    is_fraud = torch.from_numpy(table["is_fraud"].to_numpy().copy())
    weight, ids = torch.from_numpy(learned_weights(table)), torch.tensor(numbers_of(table["transaction_id"]), dtype=torch.int64)
    return Sample(torch.from_numpy(feature_values(table, names)), is_fraud, weight, ids)


def late_sample(late: Late, parent: Checkpoint | None, names: list[str]) -> Sample | None:
    """Return the rows of the past of which the parent knows something else than is known by now."""
    new = late.new_to(parent.chunks, parent.known_us) if parent else None
    return sample_of(new, names) if new is not None and new.num_rows else None


def left_out(job: TrainingJob, chunk: Sample, parent: Checkpoint | None) -> tuple[Sample, Checkpoint]:
    """Return, for a chunk in quarantine, rows as the parent knows them, and the parent. Raises ContractError without one."""
    orders, faults = job.hyperparameters, [fault for found in job.held.values() for fault in found]
    if parent is None:
        told_faults = f"chunk {orders.chunk} is in quarantine ({'; '.join(faults)}), and nothing was learned before it"
        raise ContractError(f"{told_faults}: let it through with accept, or begin with another chunk")
    log.warning("train: %s is in quarantine, %s learns nothing of it: %s", orders.chunk, orders.family, "; ".join(faults))
    return typical_rows(parent, orders.seed), passed_on(parent, orders.version, chunk, faults)


def trained(job: TrainingJob, chunk: Sample, parent: Checkpoint | None) -> Checkpoint:
    """Learn the chunk, or what an interrupted attempt at this very job left to learn of it."""
    hyperparameters, device = job.hyperparameters, best_device()
    channel = job.paths.channel("features")
    came = Late.read(channel)
    late = late_sample(came, parent, list(job.features))
    with deferred() as is_interrupted:
        savepoint = Savepoint(job.paths.checkpoints, identity(job), is_interrupted)
        learned = learn(
            hyperparameters.family,
            chunk,
            parent,
            job.features,
            epochs=hyperparameters.epochs,
            seed=hyperparameters.seed,
            device=device,
            savepoint=savepoint,
            late=late,
        )
    return learned.checkpoint(
        hyperparameters.version,
        [*(parent.chunks if parent else []), *job.chunks],
        lineage_energy_kwh=parent.lineage_energy_kwh if parent else 0.0,
        lineage_emissions_g=parent.lineage_emissions_g if parent else 0.0,
        parent_version=parent.version if parent else None,
        known_us=max(came.known_us, known_until(channel), parent.known_us if parent else 0),
        report={
            "rows": len(chunk),
            "frauds": int(chunk.is_fraud.sum()),
            **unlike_others(channel),
            "late_rows": len(late) if late else 0,
            "late_frauds": int(late.is_fraud.sum()) if late else 0,
            "replay_rows": len(parent.replay) if parent else 0,
            "replay_frauds": int(parent.replay.is_fraud.sum()) if parent else 0,
            "epochs": learned.fit.epochs,
            "loss": learned.fit.loss,
            "is_brief": learned.is_brief,
            **told(learned.memory),
            "history": {"loss": list(learned.fit.losses), "learning_rate": list(learned.fit.learning_rates)},
        },
        provenance=provenance(hyperparameters.seed, device),
    )


def identity(job: TrainingJob) -> dict[str, Any]:
    """Return all that the bits of this job's network follow from: hyperparameters, inputs and software."""
    return {**job.hyperparameters.model_dump(mode="json"), "inputs": job.paths.inputs_digest(), **software()}


def publish(job: TrainingJob, checkpoint: Checkpoint, chunk: Sample, model: bytes, footprint: Footprint) -> None:
    """Upload checkpoint, bundle, emissions and result; MLflow, which may be away, is told when all else is done."""
    orders, artifacts = job.hyperparameters, job.artifacts
    result = result_of(job, checkpoint, footprint)
    prefix = checkpoint_prefix(checkpoint.family, checkpoint.version)
    if checkpoint.forgotten is not None:
        artifacts.put(prefix + ARCHIVE_NAME, checkpoint.forgotten.to_bytes())
    artifacts.put(prefix + FILE_NAME, checkpoint.to_bytes())
    record = record_of(job, checkpoint, footprint, result["saved"])
    artifacts.put(train_tracking_key(orders.execution, orders.family, orders.chunk), record.to_bytes())
    patience, tracking = Patience(), Tracking(job.settings, orders.execution)
    run_id = patience.attempt("the training's run", lambda: open_in_its_job(tracking, record))
    bundle = None
    if orders.is_last:
        bundle = bundle_of(job, checkpoint, chunk, model, footprint, run_id), model
        upload_bundle(artifacts, *bundle)
    about = {"family": checkpoint.family, "version": checkpoint.version, "chunk": orders.chunk}
    store_footprint(job.settings, "train", footprint, **about)
    result["mlflow_run_id"] = run_id
    if result["is_full_refit"]:
        keep_costs(artifacts, result)
    artifacts.put_json(train_result_key(orders.execution, orders.family, orders.chunk), result)
    patience.attempt("the training", lambda: tell(tracking, str(run_id), record, lambda: bundle))
    patience.count()
    log.info("train: %s %s", models_prefix(checkpoint.family, checkpoint.version), result)


def bundle_of(  # noqa: PLR0913, PLR0917
    job: TrainingJob, checkpoint: Checkpoint, chunk: Sample, model: bytes, footprint: Footprint, run_id: str | None
) -> BundleManifest:
    """Return the manifest of what the scoring function loads."""
    return make_manifest(
        checkpoint,
        model,
        chunk.values.numpy(),
        chunk.is_fraud.numpy(),
        asked=asked_about(job, chunk),
        mlflow_run_id=run_id,
        metrics=summary_of(checkpoint),
        emissions={
            "this": emissions_of(footprint, job.settings),
            "lineage": {
                "energy_kwh": checkpoint.lineage_energy_kwh,
                "emissions_g": checkpoint.lineage_emissions_g,
                "embodied_g": checkpoint.report[EMBODIED],
            },
        },
    )


def with_lineage(checkpoint: Checkpoint, parent: Checkpoint | None, footprint: Footprint) -> Checkpoint:
    """Return the checkpoint with what its whole lineage cost, this training included; of older parents nobody knows the making."""
    before = parent.report.get(EMBODIED) if parent else 0.0
    embodied_g = None if before is None or footprint.embodied_g is None else before + footprint.embodied_g
    return replace(
        checkpoint,
        lineage_energy_kwh=checkpoint.lineage_energy_kwh + footprint.energy_kwh,
        lineage_emissions_g=checkpoint.lineage_emissions_g + footprint.emissions_g,
        report=checkpoint.report | {EMBODIED: embodied_g},
    )


def asked_about(job: TrainingJob, chunk: Sample) -> NDArray[np.float32]:
    """Return the inputs of every payment of what was learned: a model is asked about those too of which nothing is known."""
    channel = job.paths.channel("features")
    if not job.chunks or not unlike_others(channel)["censored_rows"]:
        values: NDArray[np.float32] = chunk.values.numpy()
        return values
    learned = [file for file in chunk_files(channel) if job.is_learned(file)]
    return np.concatenate([feature_values(read_every_row(file), list(job.features)) for file in learned])
