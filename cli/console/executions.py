"""The last executions of the pipeline, and the steps of those that run or did not succeed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from cli.console.console import Console
from cli.console.part import part_of
from cli.console.words import refresh_of
from cli.data.upload import read_json
from cli.execution import SUCCEEDED
from cli.operations import planned_in_words
from cli.steps.progress import Progress, progress_of
from cli.target import Target
from greenfraud.executions import RUNNING
from greenfraud.naming import execution_key, plan_key

SHOWN = 20


class Execution(NamedTuple):
    """One execution; `progress` is empty of one that succeeded, `planned` says who started it and why it was skipped."""

    name: str
    key: str
    status: str
    started_at: datetime
    seconds: float
    planned: str
    progress: Progress

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.status == RUNNING


def executions(console: Console, request: Request) -> Response:
    """The list, and how far those have come that run."""
    return console.page(request, "executions", part=part_of(lambda: newest(console.target, SHOWN)), refresh=refresh_of(request))


def newest(target: Target, count: int) -> list[Execution]:
    """The newest executions first."""
    machine = {"stateMachineArn": target.outputs["StateMachineArn"], "maxResults": count}
    listed = target.client("stepfunctions").list_executions(**machine)["executions"]
    listed.sort(key=lambda one: one["startDate"], reverse=True)
    return [_execution(target, one) for one in listed[:count]]


def _execution(target: Target, one: Mapping[str, Any]) -> Execution:
    arn, ended = one["executionArn"], one.get("stopDate") or datetime.now(UTC)
    plan = part_of(lambda: read_json(target.client("s3"), target.outputs["ArtifactsBucket"], plan_key(execution_key(arn))))
    return Execution(
        one["name"],
        execution_key(arn),
        one["status"],
        one["startDate"].astimezone(UTC),
        (ended - one["startDate"]).total_seconds(),
        planned_in_words(plan.value or {}).strip().strip("()"),
        Progress() if one["status"] == SUCCEEDED else progress_of(target.client("stepfunctions"), one, plan.value or {}),
    )
