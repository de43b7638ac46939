"""Refuses what no policy allows, before moto's handlers see the request."""

from __future__ import annotations

from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from local.checks.validation import answer_of, parsed_request
from local.context import Context
from local.patches import replace
from local.permissions import record
from local.permissions.callers import UnknownKeyError, caller_of
from local.permissions.decision import AccessDeniedError, check_all, check_trusted
from local.permissions.handed_roles import RoleRefusedError, check_roles
from local.permissions.objects import authorize
from local.permissions.operations import needs_of

# What services call a refused permission; all others AccessDeniedException.
DENIED_CODES = {
    "sns": "AuthorizationError",
    "iam": "AccessDenied",
    "sts": "AccessDenied",
    "cloudformation": "AccessDenied",
    "cloudwatch": "AccessDenied",
    "sqs": "AccessDenied",
}


class DeniedError(ServiceException):  # type: ignore[misc]
    """The answer to a request that no policy allows."""


def install(context: Context) -> None:
    """Check every request, those of S3 where moto's handlers ask."""
    handle = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        problem = refused(self)
        if problem is None:
            return handle(self)
        return answer_of(self, problem)

    replace(BaseResponse, "call_action", call_action)
    replace(ActionAuthenticatorMixin, "_authenticate_and_authorize_s3_action", authorize)
    replace(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)  # bucket policies were heard by then
    record.install(context)


def refused(handler: BaseResponse) -> ServiceException | None:
    """The answer when the request is not allowed, else None."""
    service, action = handler.boto3_service_name, handler._get_action()
    if not service or not action:
        return None  # moto says what it makes of it
    if action not in get_service_model(service).operation_names:
        return DeniedError("UnknownOperationException", f"{action} is no operation of {service}")
    try:
        caller = caller_of(handler.headers.get("Authorization", ""), handler.headers.get("X-Amz-Security-Token"))
        parameters = parsed_request(handler) or {}
        check_all(caller, needs_of(service, action, parameters))
        check_roles(service, action, parameters)
        if (service, action) == ("sts", "AssumeRole"):
            check_trusted(caller, parameters["RoleArn"])
    except UnknownKeyError:
        return DeniedError("UnrecognizedClientException", "The security token included in the request is invalid.")
    except RoleRefusedError as refusal:
        return DeniedError(refusal.code, str(refusal))
    except AccessDeniedError as denial:
        return DeniedError(DENIED_CODES.get(service, "AccessDeniedException"), str(denial))
    return None
