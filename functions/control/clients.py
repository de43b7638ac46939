"""Clients of this execution environment, made at first use."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3


@cache
def client(service: str) -> Any:
    """The boto3 client of `service`."""
    return boto3.client(service)


def s3() -> Any:
    """The client of S3."""
    return client("s3")


def dynamodb() -> Any:
    """The client of DynamoDB."""
    return client("dynamodb")


def secrets() -> Any:
    """The client of Secrets Manager."""
    return client("secretsmanager")


def stepfunctions() -> Any:
    """The client of Step Functions."""
    return client("stepfunctions")
