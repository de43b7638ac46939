"""Retraining as an operator asks for it: a wish that can be met is started and followed, and can be ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cli.errors import CommandError, InputError
from cli.execution import follow_execution, start_execution
from cli.interruption import told_when_stopped
from cli.progress import TrainingView
from cli.screen import Screen
from cli.target import Target
from greenfraud.coverage import read_coverage
from greenfraud.enough import told
from greenfraud.executions import RUNNING, name_of, status_of
from greenfraud.quarantine import read_quarantine
from greenfraud.run_request import RunRequest
from greenfraud.weekly_frauds import read_weeks

CAUSE = "stopped by greenfraud retrain --stop"


def retrain(target: Target, screen: Screen, document: Mapping[str, Any]) -> dict[str, Any]:
    """Start the pipeline with `document`, follow it to its end, and return what came of it.

    InvalidInput names the field of a wish that cannot be met; nothing has been started then.
    """
    check_wishes(target, document)
    if document.get("accept"):
        document = {**document, "by": target.client("sts").get_caller_identity()["Arn"]}
    arn = start_execution(target, document)
    screen.line(f"execution {arn}")
    with told_when_stopped(_goes_on(target, name_of(arn))), screen.step("pipeline", "training, evaluating, promoting"):
        execution = follow_execution(target, arn, TrainingView(screen))
    if execution.is_idle:
        screen.line(f"NothingToTrain: {execution.output.get('reason', 'every mature chunk is trained')}")
    return {
        "schema": 1,
        "execution": name_of(arn),
        "arn": arn,
        "outcome": execution.output.get("outcome", "train"),
        "reason": execution.output.get("reason"),
        "decision": execution.results.get("decision.json"),
        "seconds": execution.seconds(),
    }


def check_wishes(target: Target, document: Mapping[str, Any]) -> None:
    """Refuse what the plan would refuse, before an execution exists. InvalidInput names the field, InputError what is missing."""
    request = RunRequest.from_json(document)
    held = request.check_quarantine(read_quarantine(target.client("s3"), target.outputs["LakeBucket"]))
    coverage = read_coverage(target.client("s3"), target.outputs["LakeBucket"], today=datetime.now(UTC).date())
    if coverage is not None:  # before the first import there is nothing to train, which the plan says
        coverage, weeks = coverage.without(held), read_weeks(target.client("s3"), target.outputs["LakeBucket"])
        found = request.split(coverage, weeks)
        if missing := told(found, coverage, weeks):
            raise InputError(f"nothing was started: {missing}")
        request.chosen_of(found.learned)


def stop(target: Target, screen: Screen, name: str) -> None:
    """End an execution that runs, by its name or ARN. CommandError where there is none, or it has ended."""
    arn = f"{target.outputs['StateMachineArn'].replace(':stateMachine:', ':execution:')}:{name_of(name)}"
    client = target.client("stepfunctions")
    status = status_of(client, arn)
    if status is None:
        raise CommandError(f"there is no execution {name_of(name)}: `greenfraud status` lists the last ones")
    if status != RUNNING:
        raise CommandError(f"execution {name_of(name)} does not run: it has ended as {status}")
    client.stop_execution(executionArn=arn, error="Stopped", cause=CAUSE)
    screen.line(f"stopped {name_of(name)}: what it recorded stays, what serves is unchanged, and the alarm PipelineAborted rings")


def _goes_on(target: Target, name: str) -> str:
    there = "" if target.endpoint else f" --aws --region {target.region}"
    follow, stopped = f"`greenfraud status{there}` shows it", f"`greenfraud retrain --stop {name}{there}` ends it"
    return f"no longer followed, but the execution goes on: {follow}, {stopped}"
