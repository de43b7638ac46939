"""The last executions of the pipeline, and the steps of those that run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from cli.console.console import Console
from cli.console.part import Part, part_of
from cli.console.words import refresh_of
from cli.data.upload import read_json
from cli.operations import planned_in_words
from cli.target import Target
from greenfraud.executions import RUNNING
from greenfraud.naming import execution_key, plan_key

SHOWN = 20
NEWEST_EVENTS = 1_000  # of a history; what was entered before them and goes on is told by its inner states


class Step(NamedTuple):
    """A state of the machine: how often it was entered and left."""

    name: str
    entered: int
    left: int

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.entered > self.left


class Execution(NamedTuple):
    """One execution; `steps` only of one that runs, `planned` says who started it and why it was skipped, where that is so."""

    name: str
    key: str
    status: str
    started_at: datetime
    seconds: float
    planned: str
    steps: Part

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


def steps_of(events: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The states of a history in the order in which they were first entered.

    >>> entered = [{"id": n, "stateEnteredEventDetails": {"name": "Train"}} for n in (1, 2)]
    >>> steps_of([{"id": 3, "stateExitedEventDetails": {"name": "Train"}}, *entered])
    [Step(name='Train', entered=2, left=1)]
    """
    entered, left = Counter[str](), Counter[str]()
    for event in sorted(events, key=lambda event: event["id"]):
        if (name := event.get("stateEnteredEventDetails", {}).get("name")) is not None:
            entered[name] += 1
        name = event.get("stateExitedEventDetails", {}).get("name")
        if name in entered:  # else it was entered before the events that were read
            left[name] += 1
    return [Step(name, times, left[name]) for name, times in entered.items()]


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
        part_of(lambda: _steps(target, arn)) if one["status"] == RUNNING else Part([]),
    )


def _steps(target: Target, arn: str) -> list[Step]:
    asked = {"executionArn": arn, "reverseOrder": True, "maxResults": NEWEST_EVENTS, "includeExecutionData": False}
    return steps_of(target.client("stepfunctions").get_execution_history(**asked)["events"])
