"""The SDK clients of the interpreter: made once, where moto makes one per task, which costs more than the call."""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.asl.utils import boto_client

from local.context import Context
from local.patches import replace_imported
from local.permissions.callers import keys_of

SESSION = "StepFunctions"  # of a machine's role


def install(context: Context) -> None:
    """Replace the client factory in every module that imported it."""

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:  # noqa: ARG001 - moto's own
        # The service checks what it is sent, as in AWS, so its own error names reach Catch; the client does not.
        keys = keys_of(state_credentials.role_arn, SESSION)
        return context.client(service, keys, parameter_validation=False)

    replace_imported("moto.stepfunctions", "boto_client_for", boto_client.boto_client_for, client_for)
