"""Starting the state machine and following it by what it leaves behind: its history, its jobs, its small results in S3."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import ClientError

from cli.data.upload import keys_below, read_json
from cli.errors import CommandError, InputError
from cli.target import Target
from greenfraud.naming import execution_key, execution_prefix

JOB_STEPS = ("features", "materialize", "evaluate", "report")
POLL_SECONDS = 1.0
SUCCEEDED = "SUCCEEDED"
FAILED = "Failed"  # a stopped job only fell with the others


class Watcher(Protocol):
    """Who is told what happens while an execution runs."""

    def waiting(self, start: Mapping[str, Any]) -> None:
        """When it begins, and what that is hoped to save."""

    def planned(self, plan: Mapping[str, Any]) -> None:
        """What will be trained."""

    def working(self, jobs: Iterable[str]) -> None:
        """Names of the jobs that run right now."""

    def trained(self, result: Mapping[str, Any]) -> None:
        """One family has learned one chunk."""

    def job_failed(self, name: str, reason: str) -> None:
        """A job failed; the state machine may try again."""

    def evaluated(self, evaluation: Mapping[str, Any]) -> None:
        """All candidates were compared."""

    def decided(self, decision: Mapping[str, Any]) -> None:
        """The gate has decided."""

    def left_out(self, reason: str) -> None:
        """What the gate put in shadow cannot be served, and why."""

    def reported(self, report: Mapping[str, Any]) -> None:
        """The execution was summed up."""

    def waited(self, saved: Mapping[str, Any]) -> None:
        """What waiting for clean power has saved."""


@dataclass
class Job:
    """A training job of the execution; moments are None until they are known."""

    name: str
    status: str
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def step(self) -> str:
        """`features`, a family's name, ..."""
        return self.name.split("-")[1]


@dataclass
class Execution:
    """What is known of one execution; `results` holds its JSON documents by key below its prefix."""

    arn: str
    output: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    promote_seconds: float = 0.0

    @property
    def key(self) -> str:
        """The 12 digits that stand for it."""
        return execution_key(self.arn)

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to train."""
        return self.output.get("outcome") == "nothing_to_train"

    def seconds(self) -> dict[str, Any]:
        """Seconds by the clock: of each kind of job, of training by family, of promotion."""
        spans = {job.step: _span(other for other in self.jobs if other.step == job.step) for job in self.jobs}
        train = {step: seconds for step, seconds in sorted(spans.items()) if step not in JOB_STEPS}
        return {**{step: spans.get(step, 0.0) for step in JOB_STEPS}, "train": train, "promote": self.promote_seconds}


def start_execution(target: Target, document: Mapping[str, Any]) -> str:
    """Start the pipeline; returns the execution's ARN. CommandError when AWS refuses.

    It has a name before it is asked for, so that a request that is sent again after a lost answer starts no second one.
    """
    machine, name = target.outputs["StateMachineArn"], str(uuid.uuid4())
    try:
        started = target.client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=json.dumps(document))
    except ClientError as error:
        raise CommandError(f"the pipeline did not start: {error}") from None
    return str(started["executionArn"])


def follow_execution(target: Target, arn: str, watcher: Watcher) -> Execution:
    """Wait for the execution, telling `watcher` what happens.

    CommandError with the failed job's own reason, or the state machine's cause, when it does not succeed; with the name of the
    execution that trains when another one does.
    """
    following = _Following(target, Execution(arn), watcher)
    while (status := following.poll()) == "RUNNING":
        time.sleep(POLL_SECONDS)
    if status != SUCCEEDED:
        raise following.failure(status)
    following.complete()
    if following.execution.output.get("outcome") == "already_running":
        raise CommandError(f"AlreadyRunning: {following.execution.output['reason']}; this execution trained nothing")
    return following.execution


class _Following:
    """One execution under watch."""

    def __init__(self, target: Target, execution: Execution, watcher: Watcher) -> None:
        self.execution = execution
        self._target = target
        self._watcher = watcher
        self._described: dict[str, Any] = {}
        self._reasons: dict[str, str] = {}

    def poll(self) -> str:
        """Look once; the execution's status. Results are read after the status, so none is missed at the end."""
        self._described = self._target.client("stepfunctions").describe_execution(executionArn=self.execution.arn)
        self._read_results()
        self._read_jobs()
        return str(self._described["status"])

    def failure(self, status: str) -> CommandError:
        """Why it ended: the jobs' own reasons first, since they name the fault."""
        error, cause = self._described.get("error", status), self._described.get("cause", "")
        last_with = {reason: name for name, reason in self._reasons.items()}
        message = "\n".join(f"job {name}: {reason}" for reason, name in last_with.items()) or f"{error}: {readable_cause(cause)}"
        kind = InputError if "InvalidInput" in f"{error}{cause}" else CommandError
        return kind(
            f"the execution ended as {status}. {message}\nThe production model keeps serving. Execution: {self.execution.arn}"
        )

    def complete(self) -> None:
        """Read what is only known at the end: output, times of the jobs, time of the promotion."""
        self.execution.output = json.loads(self._described.get("output") or "{}")
        if reason := self.execution.output.get("promotion", {}).get("left_out"):
            self._watcher.left_out(reason)
        sagemaker = self._target.client("sagemaker")
        for job in self.execution.jobs:
            described = sagemaker.describe_training_job(TrainingJobName=job.name)
            job.started_at = described.get("TrainingStartTime") or described["CreationTime"]
            job.ended_at = described.get("TrainingEndTime") or described.get("LastModifiedTime")
        self.execution.promote_seconds = self._state_seconds("Promote")

    def _read_results(self) -> None:
        s3, bucket = self._target.client("s3"), self._target.outputs["ArtifactsBucket"]
        prefix = execution_prefix(self.execution.key)
        for key in keys_below(s3, bucket, prefix):
            name = key.removeprefix(prefix)
            if name.endswith(".json") and not name.startswith("progress/") and name not in self.execution.results:
                self.execution.results[name] = read_json(s3, bucket, key)
                self._tell(name, self.execution.results[name])

    def _tell(self, name: str, document: dict[str, Any]) -> None:
        hearers = {
            "start.json": self._watcher.waiting,
            "plan.json": self._watcher.planned,
            "evaluation.json": self._watcher.evaluated,
            "decision.json": self._watcher.decided,
            "report.json": self._watcher.reported,
            "waiting.json": self._watcher.waited,
        }
        hearer = self._watcher.trained if name.startswith("train/") else hearers.get(name)
        if hearer is not None:
            hearer(document)

    def _read_jobs(self) -> None:
        """The execution's own jobs, among those of its day."""
        plan = self.execution.results.get("plan.json")
        if plan is None:
            return
        sagemaker, keys = self._target.client("sagemaker"), _job_keys(self.execution.key, plan)
        pages = sagemaker.get_paginator("list_training_jobs").paginate(NameContains=f"-{plan['date']}-")
        listed = [entry for page in pages for entry in page["TrainingJobSummaries"]]
        ours = [entry for entry in listed if entry["TrainingJobName"].rsplit("-", 1)[-1] in keys]
        self.execution.jobs = [Job(entry["TrainingJobName"], entry["TrainingJobStatus"]) for entry in ours]
        for job in self.execution.jobs:
            if job.status == FAILED and job.name not in self._reasons:
                self._reasons[job.name] = _failure_reason(sagemaker, job.name)
                self._watcher.job_failed(job.name, self._reasons[job.name])
        self._watcher.working(sorted(job.name for job in self.execution.jobs if job.status == "InProgress"))

    def _state_seconds(self, state: str) -> float:
        entered = left = None
        pages = (
            self._target.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=self.execution.arn)
        )
        for event in (event for page in pages for event in page["events"]):
            if event.get("stateEnteredEventDetails", {}).get("name") == state:
                entered = event["timestamp"]
            if event.get("stateExitedEventDetails", {}).get("name") == state:
                left = event["timestamp"]
        return round((left - entered).total_seconds(), 3) if entered and left else 0.0


def _job_keys(execution: str, plan: Mapping[str, Any]) -> set[str]:
    """What the names of an execution's jobs end with."""
    chunks = [chunk for family in plan.get("families", []) for chunk in family["chunks"]]
    return {execution, *(chunk["job_key"] for chunk in chunks)}


def _span(jobs: Iterable[Job]) -> float:
    known = [(job.started_at, job.ended_at) for job in jobs if job.started_at and job.ended_at]
    if not known:
        return 0.0
    return round((max(ended for _, ended in known) - min(started for started, _ in known)).total_seconds(), 2)


def _failure_reason(sagemaker: Any, name: str) -> str:
    described = sagemaker.describe_training_job(TrainingJobName=name)
    return str(described.get("FailureReason") or described["TrainingJobStatus"])


def readable_cause(cause: str) -> str:
    """The message inside a cause, which for a failed task is a JSON document."""
    try:
        document = json.loads(cause)
    except ValueError:
        return cause
    if not isinstance(document, dict):
        return cause
    return str(document.get("FailureReason") or document.get("errorMessage") or cause)
