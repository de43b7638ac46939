"""What one training leaves for evaluation and report: its small result, what it forgot, and what it emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenfraud.naming import checkpoint_prefix
from training.job.contract import job_name
from training.model.checkpoint import ARCHIVE_NAME
from training.tracking.full_refit import saved

if TYPE_CHECKING:
    from training.job.footprint import Footprint
    from training.job.settings import Settings
    from training.job.training_job import TrainingJob
    from training.model.checkpoint import Checkpoint


def summary_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return how training went, without its epochs."""
    return {name: value for name, value in checkpoint.report.items() if name != "history"}


def result_of(job: TrainingJob, checkpoint: Checkpoint, footprint: Footprint) -> dict[str, Any]:
    """Return the small result that evaluation and report read."""
    result = {
        "family": checkpoint.family,
        "chunk": job.hyperparameters.chunk,
        "chunks": job.chunks,
        "is_full_refit": bool(job.refit_chunks),
        "version": checkpoint.version,
        "parent_version": checkpoint.parent_version,
        **summary_of(checkpoint),
        "forgotten": archive_of(checkpoint),
        "duration_seconds": footprint.duration_seconds,
        "cpu_seconds": footprint.cpu_seconds,
        "energy_kwh": footprint.energy_kwh,
        "emissions_g": footprint.emissions_g,
        "embodied_g": footprint.embodied_g,
        "job_name": job_name(),
    }
    return {**result, "saved": saved(job.artifacts, [result])}


def emissions_of(footprint: Footprint, settings: Settings) -> dict[str, Any]:
    """Return what this training emitted, and how that was found."""
    return {
        "energy_kwh": footprint.energy_kwh,
        "emissions_g": footprint.emissions_g,
        "embodied_g": footprint.embodied_g,
        "method": footprint.method,
        "hardware": footprint.hardware and footprint.hardware.name,
        "intensity_g_per_kwh": settings.grid_intensity_g_per_kwh,
        "intensity_source": settings.grid_intensity_source,
        "pue": settings.pue,
    }


def archive_of(checkpoint: Checkpoint) -> dict[str, Any] | None:
    """Return where what was forgotten lies and how many frauds it holds, None where nothing waits to come back."""
    if checkpoint.forgotten is None:
        return None
    frauds = int(checkpoint.forgotten.replay.is_fraud.sum())
    return {"key": checkpoint_prefix(checkpoint.family, checkpoint.version) + ARCHIVE_NAME, "frauds": frauds}
