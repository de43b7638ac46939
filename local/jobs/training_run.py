"""One training job from its request to its end: its process, its time limit, its result."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.core.utils import utcnow
from moto.sagemaker.models import FakeTrainingJob

from local.context import REGION, Context, Keys
from local.jobs.folders import JOBS_AT_ONCE, InputMissingError, JobFolders
from local.jobs.log import JobLog
from local.jobs.processes import JobProcess, JobStarter
from local.limits import figure
from local.permissions.callers import Caller, caller_of_role, keys_of
from local.permissions.decision import AccessDeniedError, check
from local.permissions.needs import Need, arn

PLACES = threading.BoundedSemaphore(JOBS_AT_ONCE)  # the others wait in "Starting"
CHECK_SECONDS = 0.1
SESSION = "SageMaker"  # of a role that a job acts by
NOBODY = "http://127.0.0.1:9"
SYNC_SECONDS = 2.0
# SageMaker sends SIGTERM and kills 120 s later.
GRACE_SECONDS = 10.0


class TrainingRun:
    """One job from its request to its end. Whatever happens, it ends: nothing that waits for it may hang."""

    def __init__(self, context: Context, starter: JobStarter, job: FakeTrainingJob, request: dict[str, Any]) -> None:
        self.ended = threading.Event()
        self._context = context
        self._starter = starter
        self._job = job
        self.request = request
        self._name = job.training_job_name
        self._stopping = threading.Event()
        self._keys = keys_of(request["RoleArn"], SESSION)
        self._caller = caller_of_role(request["RoleArn"], SESSION)
        self._log = JobLog(self._name, self._caller)
        self._folders = JobFolders(context.state_dir / "jobs" / self._name, request)

    def stop(self) -> None:
        """Let the watching thread end the process."""
        if not self.ended.is_set():
            self._job.training_job_status = "Stopping"
            self._stopping.set()

    def run(self) -> None:
        """Prepare, run, collect, describe."""
        status, secondary, reason = "Failed", "Failed", None
        try:
            status, secondary, reason = self._run_in_turn()
        except InputMissingError as failure:
            reason = str(failure)
        except AccessDeniedError as denial:
            reason = f"ClientError: Cannot access the training image: {denial}"
        except ClientError as refused:
            reason = f"ClientError: Data transfer failed: {refused.response['Error']['Message']}"
        except Exception as failure:
            reason = f"InternalServerError: {type(failure).__name__}: {failure}"
        try:
            self._log.ship(last=True)
            shutil.rmtree(self._folders.base, ignore_errors=True)
        finally:
            self._describe(status, secondary, reason)
            self.ended.set()

    def _run_in_turn(self) -> tuple[str, str, str | None]:
        while not PLACES.acquire(timeout=CHECK_SECONDS):
            if self._stopping.is_set():
                return "Stopped", "Stopped", None
        try:
            return self._run_now()
        finally:
            PLACES.release()

    def _run_now(self) -> tuple[str, str, str | None]:
        client = self._context.client("s3", self._keys)
        self._job.secondary_status = "Downloading"
        may_pull(self._caller, self.request["AlgorithmSpecification"]["TrainingImage"])
        shutil.rmtree(self._folders.base, ignore_errors=True)
        self._folders.prepare(client)
        environ = environ_of(self._context, self._job, self.request, self._folders.root) | session_of(self._keys)
        process = self._starter.start(self._name, command_of(self.request), environ, self._log.path)
        self._job.secondary_status = "Training"
        self._job.training_start_time = utcnow()
        out_of_time = self._watch(process)
        self._job.training_end_time = utcnow()
        self._folders.save_checkpoints(client)
        if process.exit_code and not self._stopping.is_set():
            return "Failed", "Failed", self._reason(process.exit_code)
        self._job.secondary_status = "Uploading"
        self._folders.save_model(client, self._job.model_artifacts["S3ModelArtifacts"])
        if out_of_time:
            return "Stopped", "MaxRuntimeExceeded", None
        return ("Stopped", "Stopped", None) if self._stopping.is_set() else ("Completed", "Completed", None)

    def _watch(self, process: JobProcess) -> bool:
        """Follow the process to its end; whether it was stopped for running too long."""
        limit = time.monotonic() + self.request["StoppingCondition"]["MaxRuntimeInSeconds"]
        next_sync = time.monotonic() + SYNC_SECONDS
        killed_at = float("inf")
        out_of_time = False
        while not process.ended.wait(CHECK_SECONDS):
            now = time.monotonic()
            if now > limit and not self._stopping.is_set():
                out_of_time = True
                self._stopping.set()
            if self._stopping.is_set() and killed_at == float("inf"):
                process.send(signal.SIGTERM)
                killed_at = now + GRACE_SECONDS
            if now > killed_at:
                process.send(signal.SIGKILL)
            if now > next_sync:
                self._log.ship()
                self._folders.save_checkpoints(self._context.client("s3", self._keys))
                next_sync = now + SYNC_SECONDS
        return out_of_time

    def _reason(self, exit_code: int) -> str:
        if exit_code < 0:
            how = f"killed by signal {-exit_code}"
            return f"AlgorithmError: {self._folders.failure() or how}, exit code: {128 - exit_code}"
        return f"AlgorithmError: {self._folders.failure() or self._log.tail()}, exit code: {exit_code}"

    def _describe(self, status: str, secondary: str, reason: str | None) -> None:
        job = self._job
        job.failure_reason = reason and reason[: figure("sagemaker_failure_reason")]
        job.secondary_status = secondary
        job.last_modified_time = job.training_end_time = utcnow()
        if job.training_start_time is not None:
            seconds = int((job.training_end_time - job.training_start_time).total_seconds())
            job.training_time_in_seconds = job.billable_time_in_seconds = seconds
        job.training_job_status = status


def command_of(request: dict[str, Any]) -> list[str]:
    """The container's entry point and its arguments."""
    algorithm = request["AlgorithmSpecification"]
    return [*algorithm["ContainerEntrypoint"], *algorithm.get("ContainerArguments", [])]


def environ_of(context: Context, job: FakeTrainingJob, request: dict[str, Any], root: Path) -> dict[str, str]:
    """The job's variables: what SageMaker sets, the way to the embedded AWS, then the request's own."""
    given = request.get("Environment") or {}
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ},
        "PYTHONUNBUFFERED": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "AWS_ENDPOINT_URL": context.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "TRAINING_JOB_NAME": job.training_job_name,
        "TRAINING_JOB_ARN": job.arn,
        "GREENFRAUD_ML_ROOT": str(root),
        **{name: local_address(value, request["RoleArn"], context.state_dir / "mlflow") for name, value in given.items()},
    }


def session_of(keys: Keys) -> dict[str, str]:
    """The variables by which a job's code acts by its role."""
    return {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key, "AWS_SESSION_TOKEN": keys.token or ""}


def may_pull(caller: Caller, image: str) -> None:
    """Raise AccessDeniedError unless the role may log in to the registry and read the image."""
    check(caller, Need("ecr:GetAuthorizationToken", "*"))
    if ".dkr.ecr." not in image:
        return
    repository = arn("ecr", f"repository/{image.partition('/')[2].partition(':')[0].partition('@')[0]}")
    for action in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"):
        check(caller, Need(f"ecr:{action}", repository))


def local_address(value: str, role_arn: str, folder: Path) -> str:
    """A variable's value, or the address of a database file in place of an MLflow app's ARN.

    A role that may not use the app gets an address where nobody answers.
    """
    if not (value.startswith("arn:") and ":sagemaker:" in value and ":mlflow-" in value):
        return value
    try:
        for action in ("DescribeMlflowApp", "CallMlflowAppApi"):
            check(caller_of_role(role_arn, SESSION), Need(f"sagemaker:{action}", value))
    except AccessDeniedError:
        return NOBODY
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}"
