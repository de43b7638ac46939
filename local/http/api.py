"""The data plane of the deployed HTTP API: finds the route, checks the caller, invokes the function."""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

from moto.apigatewayv2.models import Api, Route, apigatewayv2_backends
from moto.awslambda.exceptions import LambdaClientError

from local.context import ACCOUNT, REGION, Context
from local.functions.lambdas import RequestTooLargeError, executor_of
from local.http import front_page, report_pages, signatures
from local.http.api_events import STAGE, MalformedPathError, Request, Response, event_of, gateway_response, response_of
from local.monitoring import metrics
from local.permissions.callers import Caller
from local.permissions.decision import AccessDeniedError, check
from local.permissions.needs import Need, arn

OPEN = (None, "", "NONE")


PARAMETER = re.compile(r"(\{\w+\+?\})")


def match_path(pattern: str, path: str) -> dict[str, str] | None:
    """The path parameters when a decoded `path` fits a route's pattern, else None.

    >>> match_path("/health", "/health"), match_path("/v1/{proxy+}", "/v1/score/batch"), match_path("/v1/{proxy+}", "/v1/")
    ({}, {'proxy': 'score/batch'}, None)
    >>> match_path("/v1/reviews/{id}/claim", "/v1/reviews/T1/claim"), match_path("/v1/reviews/{id}", "/v1/reviews/T1/claim")
    ({'id': 'T1'}, None)
    """
    expression = "".join(_segment(part) for part in PARAMETER.split(pattern))
    found = re.fullmatch(expression, path, re.DOTALL)
    return None if found is None else {name: value.strip("/") for name, value in found.groupdict().items()}


def _segment(part: str) -> str:
    """A regular expression for text, a parameter of one segment, or a greedy one, which takes more than slashes."""
    if not part.startswith("{"):
        return re.escape(part)
    name = part[1:-1]
    return f"(?P<{name[:-1]}>/*[^/].*)" if name.endswith("+") else f"(?P<{name}>[^/]+)"


def precedence(route_key: str) -> tuple[bool, bool, int, int, bool]:
    """API Gateway prefers exact paths, then parameters, then greedy ones, then $default; a method before ANY."""
    method, _, pattern = route_key.partition(" ")
    return (not pattern, "+}" in pattern, pattern.count("{"), -len(pattern), method == "ANY")


def find_route(api: Api, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route that answers, with the path's parameters."""
    for route in sorted(api.routes.values(), key=lambda route: precedence(route.route_key)):
        wanted, _, pattern = route.route_key.partition(" ")
        if wanted == "$default":
            return route, {}
        parameters = match_path(pattern, path) if wanted in (method, "ANY") else None
        if parameters is not None:
            return route, parameters
    return None


def signer_of(route: Route, request: Request) -> tuple[Caller, str] | None:
    """Who signed a request; also where nobody must, so that a function can refuse what must be somebody's.

    No other authorizer than IAM's is emulated, so nobody passes one.
    """
    if route.authorization_type != "AWS_IAM" or "authorization" not in request.headers:
        return None
    url = f"http://{request.headers.get('host', '')}{request.target}"
    return signatures.signer_of(method=request.method, url=url, headers=request.headers, body=request.body)


class HttpApi:
    """Answers requests as the deployed API would."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def answer(self, request: Request) -> Response:
        """Find the route, check the caller, invoke, and count."""
        api = deployed_api()
        if api is None:
            return gateway_response(503, "Service Unavailable: no API is deployed")
        began = time.perf_counter()
        response = self._answer(api, request)
        milliseconds = (time.perf_counter() - began) * 1000
        counted = {"Count": 1, "4xx": response.status // 100 == 4, "5xx": response.status // 100 == 5}
        metrics.record("AWS/ApiGateway", counted, {"ApiId": api.api_id})
        metrics.record("AWS/ApiGateway", {"Latency": milliseconds}, {"ApiId": api.api_id}, "Milliseconds")
        return response

    def _answer(self, api: Api, request: Request) -> Response:
        try:
            if page := report_pages.answer(request) or front_page.answer(request, self._context.front):
                return page
            found = find_route(api, request.method, request.path)
        except MalformedPathError:
            return gateway_response(400, "Bad Request")
        if found is None:
            return gateway_response(404, "Not Found")
        route, parameters = found
        event = event_of(request, api_id=api.api_id, route_key=route.route_key, parameters=parameters)
        signer = signer_of(route, request)
        if signer is None:
            # Whoever signs must sign right, also where nobody has to.
            is_refused = route.authorization_type not in OPEN and (self._context.auth or "authorization" in request.headers)
        else:
            is_refused = not may_ask(signer[0], request, api.api_id)
            event["requestContext"]["authorizer"] = {"iam": signatures.identity_of(*signer)}
        if is_refused:
            return gateway_response(403, "Forbidden")
        return self._invoke(api, route, event)

    def _invoke(self, api: Api, route: Route, event: dict[str, Any]) -> Response:
        integration = api.integrations[(route.target or "").removeprefix("integrations/")]
        function = integration.integration_uri
        try:
            check_gateway(function, api.api_id, route.route_key, event["requestContext"]["http"]["method"])
            result = executor_of(self._context).invoke(function, json.dumps(event).encode())
        except AccessDeniedError:
            return gateway_response(500, "Internal Server Error")
        except RequestTooLargeError:
            return gateway_response(413, "Request Entity Too Large")
        except LambdaClientError as failure:
            print(f"{function}: {failure}", file=sys.stderr, flush=True)
            return gateway_response(503, "Service Unavailable")
        if result.error:
            return gateway_response(500, "Internal Server Error")
        return response_of(result.payload)


def may_ask(caller: Caller, request: Request, api_id: str) -> bool:
    """Whether the caller may invoke this method of this path."""
    try:
        check(caller, Need("execute-api:Invoke", arn("execute-api", f"{api_id}/{STAGE}/{request.method}{request.path}")))
    except AccessDeniedError:
        return False
    return True


def check_gateway(function: str, api_id: str, route_key: str, method: str) -> None:
    """Raise AccessDeniedError unless the function lets the API call it on this route."""
    pattern = route_key.partition(" ")[2]
    source = arn("execute-api", f"{api_id}/{STAGE}/{method}{pattern}" if pattern else f"{api_id}/{STAGE}/{route_key}")
    gateway = Caller(source, service="apigateway.amazonaws.com")
    check(gateway, Need("lambda:InvokeFunction", function, {"aws:SourceArn": source}))


def deployed_api() -> Api | None:
    """The API deployed last that has a stage, or None before any is."""
    apis = list(apigatewayv2_backends[ACCOUNT][REGION].apis.values())
    deployed = [api for api in apis if api.protocol_type == "HTTP" and STAGE in api.stages]
    return max(deployed, key=lambda api: api.created_date, default=None)
