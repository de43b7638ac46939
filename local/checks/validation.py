"""Checks every request against the service's own model, so that nothing works here which AWS would refuse.

SDKs check required members and types before they send; AWS also checks lengths, patterns and choices. Moto mostly
checks neither. S3 is left to moto: its requests do not pass this way.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS, UNDEFINED, XFormedDict
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from local.checks import service_limits
from local.checks.constraints import ViolationError, checker_of
from local.checks.rules import RULES
from local.checks.service_limits import LimitError
from local.context import Context
from local.patches import replace


class RefusedError(ServiceException):  # type: ignore[misc]
    """A refused request. A class of ours, because moto looks up the service of its own classes by their module."""


# What services of each protocol call a refused parameter.
ERROR_CODES = {"query": "ValidationError", "ec2": "InvalidParameterValue"}


def install(_: Context) -> None:
    """Check before moto's handlers see the request."""
    handle = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        problem = refusal(self)
        if problem is None:
            return handle(self)
        status, headers, body = self.serialized(ActionResult(problem))
        return status, {**headers, "status": str(status)}, body

    replace(BaseResponse, "call_action", call_action)


def refusal(handler: BaseResponse) -> ServiceException | None:
    """The error AWS would answer, or None for a good request (or one that is no operation of the model)."""
    action = handler._get_action()
    service = handler.boto3_service_name
    model = get_service_model(service) if action and service else None
    if model is None or action not in model.operation_names:
        return None
    operation = model.operation_model(action)
    try:
        protocol = determine_request_protocol(model, handler.headers.get("Content-Type"))
    except NotImplementedError:
        return None  # moto answers a protocol the service does not speak
    if operation.input_shape is None or protocol not in PROTOCOL_PARSERS:
        return None
    try:
        check(handler, operation, parsed(handler, operation, protocol))
    except LimitError as limit:
        return RefusedError(limit.code, limit.message)
    except ViolationError as violation:
        return RefusedError(ERROR_CODES.get(protocol, "ValidationException"), violation.message)
    return None


def check(handler: BaseResponse, operation: Any, parameters: dict[str, Any]) -> None:
    """Raise ViolationError or LimitError for what the model, our rules or a limit of the service forbid."""
    service = handler.boto3_service_name
    checker_of(operation.input_shape)(parameters, "")
    for rule in RULES.get((service, operation.name), ()):
        rule(parameters)
    service_limits.check(service, operation.name, parameters, int(handler.headers.get("Content-Length") or 0))


def parsed(handler: BaseResponse, operation: Any, protocol: str) -> dict[str, Any]:
    """The request's parameters by their names in the model."""
    found = getattr(handler, "params", None) if handler.automated_parameter_parsing else None
    if found is None:
        request = handler.normalized_request
        found = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": handler.raw_body,
                "url_path": request.path,
                "url_params": handler.uri_match,
            }
        )
    if isinstance(found, XFormedDict):
        found = found.original_dict()
    return {name: value for name, value in found.items() if value is not UNDEFINED}
