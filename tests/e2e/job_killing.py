"""Ends the processes of training jobs, whose names the plan of their execution tells."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from greenfraud.naming import execution_key
from tests.e2e.deployment import Deployment, wait_until
from tests.e2e.first_run import process_of


def plan_of(deployment: Deployment, arn: str) -> dict[str, Any]:
    """The plan of an execution that has started, once there is one."""
    plan: dict[str, Any] = wait_until(lambda: plan_or_none(deployment, execution_key(arn)))
    return plan


def plan_or_none(deployment: Deployment, execution: str) -> dict[str, Any] | None:
    """The plan, None before it is made."""
    try:
        return deployment.document(execution, "plan.json")
    except deployment.client("s3").exceptions.NoSuchKey:
        return None


def kill(deployment: Deployment, job: str, *, after: Callable[[], Any] = lambda: True) -> None:
    """Halt a job's process as soon as there is one, and end it once `after` is true."""
    process = wait_until(lambda: process_of(deployment, job), pause=0.02).pid
    os.kill(process, signal.SIGSTOP)
    wait_until(after)
    os.kill(process, signal.SIGKILL)
