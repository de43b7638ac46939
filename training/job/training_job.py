"""What one training job knows from the start: one family and what it learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.job.bucket import Bucket

if TYPE_CHECKING:
    from training.job.contract import JobPaths
    from training.job.hyperparameters import TrainHyperparameters
    from training.job.settings import Settings

CHUNK_FOLDER = "chunk="


@dataclass(frozen=True)
class TrainingJob:
    """Where the job works, what it was told, and the features it learns by name and hash."""

    paths: JobPaths
    hyperparameters: TrainHyperparameters
    settings: Settings
    features: dict[str, str]

    @property
    def chunks(self) -> list[str]:
        """What this job learns: its one chunk, or all that a full refit was given."""
        return self.refit_chunks or [self.hyperparameters.chunk]

    @property
    def refit_chunks(self) -> list[str]:
        """The chunks that a list brought into the channel of a full refit, in time order; none where one chunk's prefix did."""
        folders = self.paths.channel("features").glob(f"{CHUNK_FOLDER}*")
        return sorted(folder.name.removeprefix(CHUNK_FOLDER) for folder in folders)

    @property
    def artifacts(self) -> Bucket:
        """The bucket of models and checkpoints."""
        return Bucket(self.settings.artifacts_bucket)
