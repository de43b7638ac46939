"""Refuses what no policy allows, before moto's handlers see the request."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from local.checks.validation import parsed_request
from local.context import Context
from local.patches import replace
from local.permissions import record
from local.permissions.callers import Caller, UnknownKeyError, secret_of
from local.permissions.decision import AccessDeniedError, check, check_all
from local.permissions.handed_roles import RoleRefusedError, check_roles
from local.permissions.operations import Need, needs_of

CREDENTIAL = re.compile(r"Credential=([^/,\s]+)")
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


class ObjectDeniedError(S3ClientError):  # type: ignore[misc]
    """S3's answer to a request that no policy allows."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def install(context: Context) -> None:
    """Check every request, those of S3 where moto's handlers ask."""
    handle = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        problem = refused(self)
        if problem is None:
            return handle(self)
        status, headers, body = self.serialized(ActionResult(problem))
        return status, {**headers, "status": str(status)}, body

    replace(BaseResponse, "call_action", call_action)
    replace(ActionAuthenticatorMixin, "_authenticate_and_authorize_s3_action", authorize_object)
    replace(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)  # bucket policies were heard by then
    record.install(context)


def caller_of(authorization: str) -> Caller:
    """Who signed. Raises UnknownKeyError for nobody known."""
    found = CREDENTIAL.search(authorization)
    if found is None:
        raise UnknownKeyError("no signature")
    return secret_of(found.group(1))[0]


def refused(handler: BaseResponse) -> ServiceException | None:
    """The answer when the request is not allowed, else None."""
    service, action = handler.boto3_service_name, handler._get_action()
    if not service or not action or action not in get_service_model(service).operation_names:
        return None  # moto says what it makes of it
    try:
        caller = caller_of(handler.headers.get("Authorization", ""))
        parameters = parsed_request(handler) or {}
        check_all(caller, needs_of(service, action, parameters))
        check_roles(service, action, parameters)
    except UnknownKeyError:
        return DeniedError("UnrecognizedClientException", "The security token included in the request is invalid.")
    except RoleRefusedError as refusal:
        return DeniedError(refusal.code, str(refusal))
    except AccessDeniedError as denial:
        return DeniedError(DENIED_CODES.get(service, "AccessDeniedException"), str(denial))
    return None


# moto's words for what S3's policies call otherwise.
OBJECT_ACTIONS = {
    "HeadBucket": "ListBucket",
    "GetLifecycleConfiguration": "GetLifecycleConfiguration",
    "DeleteObjects": "DeleteObject",
}


def authorize_object(self: S3Response, bucket_name: str | None = None, key_name: str | None = None) -> None:
    """Replaces `ActionAuthenticatorMixin._authenticate_and_authorize_s3_action`."""
    action = str(self._get_action())
    action = OBJECT_ACTIONS.get(action, action)
    path = "/".join(part for part in (bucket_name, key_name) if part)
    try:
        caller = caller_of(self.headers.get("Authorization", ""))
        check(caller, Need(f"s3:{action}", f"arn:aws:s3:::{path}" if path else "*"))
        source = self.headers.get("x-amz-copy-source")
        if source:
            check(caller, Need("s3:GetObject", f"arn:aws:s3:::{unquote(source).lstrip('/').partition('?')[0]}"))
    except UnknownKeyError as unknown:
        code, words = "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
        raise ObjectDeniedError(code, words) from unknown
    except AccessDeniedError as denial:
        raise ObjectDeniedError("AccessDenied", str(denial)) from denial
