"""The SDK clients of the interpreter: made once, where moto makes one per task, which costs more than the call."""

from __future__ import annotations

import threading
from typing import Any

import boto3
from botocore.config import Config
from moto.stepfunctions.parser.asl.utils import boto_client

from local.context import ACCESS_KEY, SECRET_KEY, Context
from local.patches import replace_imported

# Longer than any Lambda function may run.
READ_SECONDS = 1000


def install(context: Context) -> None:
    """Replace the client factory in every module that imported it."""
    made: dict[str, Any] = {}
    lock = threading.Lock()
    # The service checks what it is sent, as in AWS, so its own error names reach Catch; the client does not.
    config = Config(
        parameter_validation=False,
        retries={"total_max_attempts": 1},
        read_timeout=READ_SECONDS,
        max_pool_connections=50,
        s3={"addressing_style": "path"},
    )

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:  # noqa: ARG001 - moto's own
        with lock:
            if service not in made:
                made[service] = boto3.Session().client(
                    service,
                    region_name=region,
                    endpoint_url=context.endpoint,
                    aws_access_key_id=ACCESS_KEY,
                    aws_secret_access_key=SECRET_KEY,
                    config=config,
                )
            return made[service]

    replace_imported("moto.stepfunctions", "boto_client_for", boto_client.boto_client_for, client_for)
