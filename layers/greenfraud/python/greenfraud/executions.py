"""Executions of the state machine, as Step Functions knows them."""

from __future__ import annotations

from typing import Any

RUNNING = "RUNNING"


def status_of(client: Any, arn: str) -> str | None:
    """Return how an execution stands, by Step Functions' own word; None where there is no such execution, or none any more."""
    try:
        status: str = client.describe_execution(executionArn=arn)["status"]
    except (client.exceptions.ExecutionDoesNotExist, client.exceptions.InvalidArn):
        return None
    return status


def name_of(arn: str) -> str:
    """Return an execution's name, the last part of its ARN.

    >>> name_of("arn:aws:states:eu-north-1:123456789012:execution:fraud-detection-pipeline:monday")
    'monday'
    """
    return arn.rpartition(":")[2]
