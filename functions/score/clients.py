"""The AWS clients, made at first use so that importing the function makes none."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

# A slow store must become a flagged answer, not a client's timeout: two short tries, then degrade.
TIMEOUTS = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})


@cache
def dynamodb() -> Any:
    """The DynamoDB client of this execution environment."""
    return boto3.client("dynamodb", config=TIMEOUTS)


@cache
def s3() -> Any:
    """The S3 client of this execution environment."""
    return boto3.client("s3", config=TIMEOUTS)
