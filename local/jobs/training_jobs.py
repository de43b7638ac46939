"""SageMaker's training jobs API: what moto only records is run."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.models import FakeTrainingJob
from moto.sagemaker.responses import SageMakerResponse

from local.context import Context
from local.jobs import slots
from local.jobs.entry_point import EntryPoint
from local.jobs.processes import JobStarter
from local.jobs.training_run import GRACE_SECONDS, TrainingRun
from local.patches import replace

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
    """Knows every job's run; each is watched by a thread of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.starter = JobStarter()
        self._runs: dict[str, TrainingRun] = {}
        self._slots = threading.Lock()

    @contextmanager
    def slot(self, request: dict[str, Any]) -> Iterator[None]:
        """Keep others from the slots while one is taken; ResourceLimitExceededError when none is free."""
        with self._slots:
            running = [run.request for run in list(self._runs.values()) if not run.ended.is_set()]
            slots.check(request, running, self._context.quotas.training_slots)
            yield

    def start(self, job: FakeTrainingJob, request: dict[str, Any]) -> None:
        """Run the job from a thread of its own."""
        run = self._runs[job.training_job_name] = TrainingRun(self._context, self.starter, job, request)
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


def install(context: Context) -> None:
    """Run what CreateTrainingJob records, and answer StopTrainingJob, which moto lacks."""
    runner, entry_point = Runner(context), EntryPoint()
    RUNNERS[context.endpoint] = runner

    def create_training_job(response: SageMakerResponse) -> ActionResult:
        name = response._get_param("TrainingJobName")
        if name in response.sagemaker_backend.training_jobs:
            raise ResourceInUseError(name)
        request = json.loads(response.body)
        entry_point.check(request)
        with runner.slot(request):
            result: ActionResult = original(response)
            job = response.sagemaker_backend.training_jobs[name]
            mark_as_starting(job, response._get_param("Environment"))
            runner.start(job, request)
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
