"""Jobs of the training image, run inside it as SageMaker would: its own /opt/ml, the state machine's words, an AWS to reach."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.image.containers import Container
from tests.training import signalled_step
from tests.training.workplace import ENVIRONMENT, Workplace

ENTRY_POINT = ["python", "-m", "training"]  # as cdk/components/training_jobs.py says it
PASSED_ON = [*ENVIRONMENT, "AWS_ENDPOINT_URL", "TRAINING_JOB_NAME"]
MLFLOW = "/mlflow"
DISTURBANCE = "/disturbance"
# Python imports this by itself before the entry point runs, which stays as it is.
SITECUSTOMIZE = """
import os, signal
from signalled_step import STEPS_BETWEEN_SAVES, Signalled
from training.model import savepoint

savepoint.STEPS_BETWEEN_SAVES = STEPS_BETWEEN_SAVES
if "KILLED_IN_STEP" in os.environ:
    Signalled(signal.SIGKILL, "training.model.optimizer.OneCycleAdamW.step", int(os.environ["KILLED_IN_STEP"])).arm()
"""


@dataclass(frozen=True)
class Attempt:
    """One attempt at a job, ended."""

    folder: Path  # its /opt/ml
    finished: subprocess.CompletedProcess[str]

    @property
    def log(self) -> str:
        """What it said on standard output."""
        return self.finished.stdout

    @property
    def is_killed(self) -> bool:
        """Whether SIGKILL ended it; buildah's own exit code does not tell."""
        return self.finished.returncode != 0 and "subprocess exited on killed" in self.finished.stderr

    @property
    def failure(self) -> str:
        """What SageMaker shows as FailureReason."""
        return (self.folder / "output" / "failure").read_text(encoding="utf-8")


@dataclass(frozen=True)
class ImageJobs:
    """Runs the jobs of a workplace inside a container."""

    container: Container
    workplace: Workplace

    def run(
        self,
        step: str,
        orders: Mapping[str, str],
        channels: Mapping[str, str] | None = None,
        *,
        checkpoints: Path | None = None,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Attempt:
        """Run one attempt, which finds `checkpoints` of the one before it."""
        folder = self.workplace.prepare(step, orders, channels, checkpoints=checkpoints)
        mlflow = self.workplace.root / "mlflow"
        mlflow.mkdir(exist_ok=True)
        if user:
            for path in (folder, *folder.rglob("*"), mlflow, *mlflow.rglob("*")):
                shutil.chown(path, *map(int, user.split(":")))
        given = {name: os.environ[name] for name in PASSED_ON} | {"MLFLOW_TRACKING_URI": f"sqlite:///{MLFLOW}/mlflow.db"}
        bound = {folder: "/opt/ml", mlflow: MLFLOW, self._disturbance(): DISTURBANCE}
        finished = self.container.run(*ENTRY_POINT, step, env=given | dict(env or {}), bound=bound, user=user)
        return Attempt(folder, finished)

    def run_disturbed(self, *job: Mapping[str, str], killed_in_step: int | None, checkpoints: Path | None) -> Attempt:
        """Run an attempt at a training that saves its state often, and is killed within the given step of its own."""
        env = {"PYTHONPATH": f"{DISTURBANCE}:/opt/program"}
        if killed_in_step is not None:
            env["KILLED_IN_STEP"] = str(killed_in_step)
        return self.run("train", *job, checkpoints=checkpoints, env=env)

    def _disturbance(self) -> Path:
        folder = self.workplace.root / "disturbance"
        folder.mkdir(exist_ok=True)
        shutil.copy(signalled_step.__file__, folder)
        (folder / "sitecustomize.py").write_text(SITECUSTOMIZE, encoding="utf-8")
        return folder
