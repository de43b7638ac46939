"""The SageMaker training contract: where a job finds its hyperparameters and data, and where it leaves its results."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

FAILURE_CHARACTERS = 1024  # SageMaker keeps this much of the failure file as the job's FailureReason


@dataclass(frozen=True)
class JobPaths:
    """The folders of one job, below the root that SageMaker mounts."""

    root: Path

    @classmethod
    def from_env(cls) -> JobPaths:
        """Return the paths below GREENFRAUD_ML_ROOT, or below SageMaker's own root."""
        return cls(Path(os.environ.get("GREENFRAUD_ML_ROOT", "/opt/ml")))

    @property
    def checkpoints(self) -> Path:
        """The folder that managed spot copies to S3 and restores after an interruption."""
        return self.root / "checkpoints"

    @property
    def model(self) -> Path:
        """The folder that SageMaker archives as the job's model artifact."""
        return self.root / "model"

    def channel(self, name: str) -> Path:
        """Return the folder of one input channel."""
        return self.root / "input" / "data" / name

    def inputs_digest(self) -> str:
        """Return the SHA-256 of all input channels: of each file, in order, its name and content."""
        digest = hashlib.sha256()
        inputs = self.root / "input" / "data"
        for file in sorted(path for path in inputs.rglob("*") if path.is_file()):
            digest.update(f"{file.relative_to(inputs)}\n{file.stat().st_size}\n".encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def hyperparameters(self) -> dict[str, str]:
        """Read the job's hyperparameters; every value is a string, as SageMaker passes them."""
        document: dict[str, str] = json.loads((self.root / "input" / "config" / "hyperparameters.json").read_text())
        return document

    def resources(self) -> dict[str, Any]:
        """Read what SageMaker says of the job's machine; empty outside of it."""
        file = self.root / "input" / "config" / "resourceconfig.json"
        return cast("dict[str, Any]", json.loads(file.read_text())) if file.is_file() else {}

    def report_failure(self, reason: str) -> None:
        """Leave the reason where SageMaker picks it up as FailureReason."""
        output = self.root / "output"
        output.mkdir(parents=True, exist_ok=True)
        (output / "failure").write_text(reason[:FAILURE_CHARACTERS])


def job_name() -> str:
    """Return the name SageMaker gave this job, or `unnamed` outside of it."""
    return os.environ.get("TRAINING_JOB_NAME", "unnamed")
