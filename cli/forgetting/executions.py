"""Executions beside the command: a job that has read the lake before writes what it read afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli.errors import CommandError
from cli.target import Target

MACHINES = ("StateMachineArn", "UpkeepStateMachineArn", "LabelsStateMachineArn")
Run = tuple[str, str, int]  # an execution's ARN, its status, and how often it was redriven


def refuse_running(target: Target) -> frozenset[Run]:
    """Return what every known execution came to. CommandError where one runs."""
    found = {_run_of(execution): execution for execution in _executions(target)}
    for execution in found.values():
        if execution["status"] == "RUNNING":
            raise CommandError(
                f"execution {execution['name']} runs, and its jobs may write what they have read before. "
                "Run the command again when it has ended"
            )
    return frozenset(found)


def refuse_running_since(target: Target, ended: frozenset[Run]) -> None:
    """CommandError where one started, or was redriven, since the others had `ended`; compared by no clock, as clocks differ."""
    for execution in _executions(target):
        if _run_of(execution) not in ended:
            raise CommandError(
                f"execution {execution['name']} ran meanwhile, and its jobs may have written what they had read before. "
                "Run the command again when none runs"
            )


def _executions(target: Target) -> Iterator[dict[str, Any]]:
    client = target.client("stepfunctions")
    for machine in (target.outputs[name] for name in MACHINES if name in target.outputs):
        for page in client.get_paginator("list_executions").paginate(stateMachineArn=machine):
            yield from page["executions"]


def _run_of(execution: dict[str, Any]) -> Run:
    return execution["executionArn"], execution["status"], execution.get("redriveCount", 0)
