"""The SDK clients of the interpreter: made once, where moto makes one per task, which costs more than the call."""

from __future__ import annotations

import functools
from typing import Any

from moto.stepfunctions.parser.asl.utils import boto_client

from local.context import Context, connect
from local.patches import replace_imported


def install(context: Context) -> None:
    """Replace the client factory in every module that imported it."""

    @functools.cache
    def made(service: str) -> Any:
        # The service checks what it is sent, as in AWS, so its own error names reach Catch; the client does not.
        return connect(service, endpoint=context.endpoint, parameter_validation=False)

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:  # noqa: ARG001 - moto's own
        return made(service)

    replace_imported("moto.stepfunctions", "boto_client_for", boto_client.boto_client_for, client_for)
