"""SageMaker training jobs, really run: the container's entry point in its /opt/ml, as a process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.sagemaker.models import FakeTrainingJob
from moto.sagemaker.responses import SageMakerResponse

from local.context import ACCESS_KEY, SECRET_KEY, Context
from local.jobs.folders import InputMissingError, JobFolders
from local.jobs.log import JobLog
from local.jobs.processes import JobProcess, JobStarter
from local.patches import replace

# On AWS every job has a machine of its own; here they share one. The others wait in "Starting".
JOBS_AT_ONCE = 2
CHECK_SECONDS = 0.1
SYNC_SECONDS = 2.0
# SageMaker sends SIGTERM and kills 120 s later.
GRACE_SECONDS = 10.0
RUNNERS: dict[str, Runner] = {}


class ResourceInUseError(JsonRESTError):  # type: ignore[misc]
    """A job of that name exists."""

    def __init__(self, name: str) -> None:
        message = (
            "Training job names must be unique within an AWS account and region, and a training job "
            f"already exists with the name {name}"
        )
        super().__init__("ResourceInUse", message)


def wait_for(context: Context, name: str, seconds: float) -> bool:
    """Whether the job has ended, waiting at most `seconds`."""
    return RUNNERS[context.endpoint].wait_for(name, seconds)


class Runner:
    """Runs jobs, two at once, each watched by a thread."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.starter = JobStarter(context.training_python)
        self.places = threading.BoundedSemaphore(JOBS_AT_ONCE)
        self._runs: dict[str, TrainingRun] = {}

    def start(self, job: FakeTrainingJob, request: dict[str, Any]) -> None:
        """Run the job from a thread of its own."""
        run = self._runs[job.training_job_name] = TrainingRun(self, job, request)
        threading.Thread(target=run.run, name=f"job-{job.training_job_name}", daemon=True).start()

    def wait_for(self, name: str, seconds: float) -> bool:
        """Whether the job has ended."""
        return self._runs[name].ended.wait(seconds)

    def stop(self, name: str) -> None:
        """Ask the job to stop, if it runs here."""
        if name in self._runs:
            self._runs[name].stop()

    def close(self) -> None:
        """Stop all jobs; their last checkpoints are saved while the server still answers."""
        running = [run for run in self._runs.values() if not run.ended.is_set()]
        for run in running:
            run.stop()
        deadline = time.monotonic() + GRACE_SECONDS
        for run in running:
            run.ended.wait(max(0.0, deadline - time.monotonic()))
        self.starter.close()


class TrainingRun:
    """One job from its request to its end. Whatever happens, it ends: nothing that waits for it may hang."""

    def __init__(self, runner: Runner, job: FakeTrainingJob, request: dict[str, Any]) -> None:
        self.ended = threading.Event()
        self._runner = runner
        self._context = runner.context
        self._job = job
        self._request = request
        self._name = job.training_job_name
        self._stopping = threading.Event()
        self._log = JobLog(self._context, self._name)
        self._folders = JobFolders(self._context.state_dir / "jobs" / self._name, request)

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
        except Exception as failure:
            reason = f"InternalServerError: {type(failure).__name__}: {failure}"
        try:
            self._log.ship(last=True)
            shutil.rmtree(self._folders.base, ignore_errors=True)
        finally:
            self._describe(status, secondary, reason)
            self.ended.set()

    def _run_in_turn(self) -> tuple[str, str, str | None]:
        while not self._runner.places.acquire(timeout=CHECK_SECONDS):
            if self._stopping.is_set():
                return "Stopped", "Stopped", None
        try:
            return self._run_now()
        finally:
            self._runner.places.release()

    def _run_now(self) -> tuple[str, str, str | None]:
        client = self._context.client("s3")
        self._job.secondary_status = "Downloading"
        shutil.rmtree(self._folders.base, ignore_errors=True)
        self._folders.prepare(client)
        process = self._runner.starter.start(self._name, self._command(), self._environ(), self._log.path)
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
        limit = time.monotonic() + self._request["StoppingCondition"].get("MaxRuntimeInSeconds", 86400)
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
                self._folders.save_checkpoints(self._context.client("s3"))
                next_sync = now + SYNC_SECONDS
        return out_of_time

    def _command(self) -> list[str]:
        algorithm = self._request["AlgorithmSpecification"]
        entry: list[str] = algorithm.get("ContainerEntrypoint") or ["python", "-m", "training"]
        return [*entry, *(algorithm.get("ContainerArguments") or ["train"])]

    def _environ(self) -> dict[str, str]:
        given = self._request.get("Environment") or {}
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ},
            "PYTHONUNBUFFERED": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "AWS_ENDPOINT_URL": self._context.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": self._context.region,
            "AWS_DEFAULT_REGION": self._context.region,
            "TRAINING_JOB_NAME": self._name,
            "TRAINING_JOB_ARN": self._job.arn,
            "GREENFRAUD_ML_ROOT": str(self._folders.root),
            **{name: self._local_address(value) for name, value in given.items()},
        }

    def _local_address(self, value: str) -> str:
        """An MLflow app is reached by its ARN in AWS; here a database file stands in for it."""
        if not (value.startswith("arn:") and ":sagemaker:" in value and ":mlflow-" in value):
            return value
        folder = self._context.state_dir / "mlflow"
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder / 'mlflow.db'}"

    def _reason(self, exit_code: int) -> str:
        if exit_code < 0:
            how = f"killed by signal {-exit_code}"
            return f"AlgorithmError: {self._folders.failure() or how}, exit code: {128 - exit_code}"
        return f"AlgorithmError: {self._folders.failure() or self._log.tail()}, exit code: {exit_code}"

    def _describe(self, status: str, secondary: str, reason: str | None) -> None:
        job = self._job
        job.failure_reason = reason
        job.secondary_status = secondary
        job.last_modified_time = job.training_end_time = utcnow()
        if job.training_start_time is not None:
            seconds = int((job.training_end_time - job.training_start_time).total_seconds())
            job.training_time_in_seconds = job.billable_time_in_seconds = seconds
        job.training_job_status = status


def install(context: Context) -> None:
    """Run what CreateTrainingJob records, and answer StopTrainingJob, which moto lacks."""
    runner = RUNNERS[context.endpoint] = Runner(context)

    def create_training_job(response: SageMakerResponse) -> ActionResult:
        name = response._get_param("TrainingJobName")
        if name in response.sagemaker_backend.training_jobs:
            raise ResourceInUseError(name)
        result: ActionResult = original(response)
        job = response.sagemaker_backend.training_jobs[name]
        mark_as_starting(job, response._get_param("Environment"))
        runner.start(job, json.loads(response.body))
        return result

    def stop_training_job(response: SageMakerResponse) -> EmptyResult:
        name = response._get_param("TrainingJobName")
        response.sagemaker_backend.describe_training_job(name)
        runner.stop(name)
        return EmptyResult()

    original = replace(SageMakerResponse, "create_training_job", create_training_job)
    SageMakerResponse.stop_training_job = stop_training_job
    context.on_start(runner.starter.warm_up)
    context.on_stop(runner.close)


def mark_as_starting(job: FakeTrainingJob, environment: dict[str, str] | None) -> None:
    """Take back what moto invents: a completed job with metrics nobody measured."""
    job.training_job_status = "InProgress"
    job.secondary_status = "Starting"
    job.secondary_status_transitions = []
    job.final_metric_data_list = []
    job.algorithm_specification.pop("MetricDefinitions", None)
    job.training_start_time = job.training_end_time = None
    job.environment = environment
