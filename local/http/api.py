"""The data plane of the deployed HTTP API: finds the route, checks the caller, invokes the function."""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.parse import unquote

from moto.apigatewayv2.models import Api, Route, apigatewayv2_backends
from moto.awslambda.exceptions import LambdaClientError

from local.context import ACCESS_KEY, ACCOUNT, REGION, Context
from local.functions.lambdas import RequestTooLargeError, executor_of
from local.http import signatures
from local.http.api_events import STAGE, Request, Response, event_of, gateway_response, response_of
from local.monitoring import metrics


def match_path(pattern: str, path: str) -> dict[str, str] | None:
    """The path parameters when `path` fits a route's pattern, else None.

    >>> match_path("/health", "/health"), match_path("/v1/{proxy+}", "/v1/score/batch"), match_path("/v1/{proxy+}", "/v1/")
    ({}, {'proxy': 'score/batch'}, None)
    """
    fixed, greedy, name = pattern.partition("{")
    if not greedy:
        return {} if path.strip("/") == fixed.strip("/") else None
    rest = path.removeprefix(fixed).strip("/")
    return {name.removesuffix("+}"): unquote(rest)} if path.startswith(fixed) and rest else None


def precedence(route_key: str) -> tuple[bool, bool, int, bool]:
    """API Gateway prefers exact paths, then greedy ones, then $default; a method before ANY."""
    method, _, pattern = route_key.partition(" ")
    return (not pattern, "{" in pattern, -len(pattern), method == "ANY")


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
        found = find_route(api, request.method, request.target.partition("?")[0])
        if found is None:
            return gateway_response(404, "Not Found")
        route, parameters = found
        event = event_of(request, api_id=api.api_id, route_key=route.route_key, parameters=parameters)
        if self._context.auth and not self._authorize(route, request, event):
            return gateway_response(403, "Forbidden")
        return self._invoke(api, route, event)

    def _authorize(self, route: Route, request: Request, event: dict[str, Any]) -> bool:
        if route.authorization_type in (None, "", "NONE"):
            return True
        if route.authorization_type != "AWS_IAM":
            return False  # no other authorizer is emulated, so nobody passes it
        signed = signatures.is_signed(
            method=request.method,
            url=f"http://{request.headers.get('host', '')}{request.target}",
            headers=request.headers,
            body=request.body,
        )
        if not signed:
            return False
        arn = f"arn:aws:iam::{ACCOUNT}:user/{ACCESS_KEY}"
        identity = {"accessKey": ACCESS_KEY, "accountId": ACCOUNT, "userArn": arn}
        event["requestContext"]["authorizer"] = {"iam": identity}
        return True

    def _invoke(self, api: Api, route: Route, event: dict[str, Any]) -> Response:
        integration = api.integrations[(route.target or "").removeprefix("integrations/")]
        function = integration.integration_uri
        try:
            result = executor_of(self._context).invoke(function, json.dumps(event).encode())
        except RequestTooLargeError:
            return gateway_response(413, "Request Entity Too Large")
        except LambdaClientError as failure:
            print(f"{function}: {failure}", file=sys.stderr, flush=True)
            return gateway_response(503, "Service Unavailable")
        if result.error:
            return gateway_response(500, "Internal Server Error")
        return response_of(result.payload)


def deployed_api() -> Api | None:
    """The API deployed last that has a stage, or None before any is."""
    apis = list(apigatewayv2_backends[ACCOUNT][REGION].apis.values())
    deployed = [api for api in apis if api.protocol_type == "HTTP" and STAGE in api.stages]
    return max(deployed, key=lambda api: api.created_date, default=None)
