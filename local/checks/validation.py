"""Checks every request against the service's own model, so that nothing works here which AWS would refuse.

SDKs check required members and types before they send; AWS also checks lengths, patterns and choices. Moto mostly
checks neither. S3 is left to moto: its requests do not pass this way.
"""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel
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


PARSED = "_embedded_aws_parameters"  # where a handler, which lives for one request, keeps what was read
# What services of each protocol call a refused parameter.
ERROR_CODES = {"query": "ValidationError", "ec2": "InvalidParameterValue"}


def install(_: Context) -> None:
    """Check before moto's handlers see the request."""
    handle = BaseResponse.call_action

    def call_action(self: BaseResponse) -> Any:
        problem = refusal(self)
        if problem is None:
            return handle(self)
        return answer_of(self, problem)

    replace(BaseResponse, "call_action", call_action)


def answer_of(handler: BaseResponse, problem: ServiceException) -> Any:
    """The refusal as the service would serialise it, with the request's number, which SDKs look for."""
    status, headers, body = handler.serialized(ActionResult(problem))
    headers, body = handler._enrich_response({**headers, "status": str(status)}, body)
    return status, headers, body


def refusal(handler: BaseResponse) -> ServiceException | None:
    """The error AWS would answer, or None for a good request (or one that is no operation of the model)."""
    parameters, operation = parsed_request(handler), operation_of(handler)
    if parameters is None or operation is None:
        return None
    try:
        check(handler, operation, parameters)
    except LimitError as limit:
        return RefusedError(limit.code, limit.message)
    except ViolationError as violation:
        return RefusedError(ERROR_CODES.get(str(protocol_of(handler)), "ValidationException"), violation.message)
    return None


def operation_of(handler: BaseResponse) -> OperationModel | None:
    """The operation of the service's model that is asked for; None for what is none."""
    action, service = handler._get_action(), handler.boto3_service_name
    if not action or not service or action not in get_service_model(service).operation_names:
        return None
    return get_service_model(service).operation_model(action)


def protocol_of(handler: BaseResponse) -> str | None:
    """The protocol the request speaks; None for one that the service does not, which moto answers."""
    try:
        return str(determine_request_protocol(get_service_model(handler.boto3_service_name), handler.headers.get("Content-Type")))
    except NotImplementedError:
        return None


def parsed_request(handler: BaseResponse) -> dict[str, Any] | None:
    """The request's parameters by their names in the model, read once; None where there are none to read."""
    if not hasattr(handler, PARSED):
        operation, protocol = operation_of(handler), protocol_of(handler)
        readable = operation is not None and operation.input_shape is not None and protocol in PROTOCOL_PARSERS
        setattr(handler, PARSED, parsed(handler, operation, str(protocol)) if readable else None)
    found: dict[str, Any] | None = getattr(handler, PARSED)
    return found


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
