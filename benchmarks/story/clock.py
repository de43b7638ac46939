"""The story's clock: the hour of a schedule comes when the story says so."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from benchmarks.story.platform import StepMissingError, StoryPlatform

SCHEDULED_AT = "<aws.scheduler.scheduled-time>"


def strike(platform: StoryPlatform, described: str) -> str:
    """Start what a schedule starts, with its own input; returns the execution's ARN. `described` is the schedule's description."""
    client = platform.target.client("scheduler")
    names = [one["Name"] for page in client.get_paginator("list_schedules").paginate() for one in page["Schedules"]]
    schedules: list[dict[str, Any]] = [client.get_schedule(Name=name) for name in names]
    found = [one for one in schedules if one.get("Description") == described]
    if len(found) != 1:
        raise StepMissingError(f"{len(found)} schedules are described as {described!r}")
    target = found[0]["Target"]
    given = target["Input"].replace(SCHEDULED_AT, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    start = platform.target.client("stepfunctions").start_execution
    return str(start(stateMachineArn=target["Arn"], name=f"story-{uuid.uuid4()}", input=given)["executionArn"])
