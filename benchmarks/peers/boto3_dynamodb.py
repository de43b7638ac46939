"""DynamoDB by boto3's low-level client, tuned as botocore's configuration reference allows: kept alive, nothing validated."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

BUILT = "boto3 client (not the slower resource), one kept-alive connection, parameter_validation=False, standard retries"


def connect(url: str, region: str) -> Any:
    """A client of the store at `url`."""
    config = Config(parameter_validation=False, tcp_keepalive=True, retries={"mode": "standard"})
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="peer",
        aws_secret_access_key="peer",  # noqa: S106 a canned store asks for nobody
        config=config,
    )
