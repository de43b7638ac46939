"""What one training job knows from the start: one family and what it learns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.job.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from training.job.contract import JobPaths
    from training.job.hyperparameters import TrainHyperparameters
    from training.job.settings import Settings

CHUNK_FOLDER = "chunk="


@dataclass(frozen=True)
class TrainingJob:
    """Where the job works, what it was told, the features it learns by name and hash, and what of its chunks is held, and why."""

    paths: JobPaths
    hyperparameters: TrainHyperparameters
    settings: Settings
    features: dict[str, str]
    held: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def chunks(self) -> list[str]:
        """What this job learns: its one chunk, or all that a full refit was given, less those that are held."""
        return [chunk for chunk in self.refit_chunks or [self.hyperparameters.chunk] if chunk not in self.held]

    @property
    def refit_chunks(self) -> list[str]:
        """The chunks that a list brought into the channel of a full refit, in time order; none where one chunk's prefix did."""
        folders = self.paths.channel("features").glob(f"{CHUNK_FOLDER}*")
        return sorted(folder.name.removeprefix(CHUNK_FOLDER) for folder in folders)

    def is_learned(self, file: Path) -> bool:
        """Tell whether a file of the channel is of a chunk that this job learns."""
        return file.parent.name.removeprefix(CHUNK_FOLDER) not in self.held

    @property
    def artifacts(self) -> Bucket:
        """The bucket of models and checkpoints."""
        return Bucket(self.settings.artifacts_bucket)
