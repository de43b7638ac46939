"""API Gateway's payload format 2.0: a request as an event, a function's answer as a response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.context import ACCOUNT

STAGE = "$default"
STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; header names are lower case, repeated headers joined by commas."""

    method: str
    target: str
    protocol: str
    headers: Mapping[str, str]
    body: bytes
    source_ip: str
    received_at: float = field(default_factory=time.time)

    @property
    def path(self) -> str:
        """The path as API Gateway matches it with routes and hands it to a function. Raises MalformedPathError."""
        return path_of(self.target)

    @property
    def query(self) -> str:
        """The query as it came."""
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Response:
    """What goes back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class MalformedPathError(ValueError):
    """A path that API Gateway refuses: a per cent sign that escapes nothing, or bytes that are no text."""


def path_of(target: str) -> str:
    """The path of a request, decoded as API Gateway does it: twice, and cut at a question mark that the first time yields.

    Not documented by AWS, but captured from it (docs/decisions/0028-ids-are-the-bytes-that-were-sent.md).

    >>> path_of("/a%20b?x=1"), path_of("/a%252Fb"), path_of("/a%3Fb"), path_of("/a%253Fb")
    ('/a b', '/a/b', '/a', '/a?b')
    """
    return _decoded(_decoded(target.partition("?")[0]).partition("?")[0])


def _decoded(path: str) -> str:
    if STRAY_PERCENT.search(path):
        raise MalformedPathError("a per cent sign without two digits")
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        raise MalformedPathError("bytes that are no UTF-8") from None


def gateway_response(status: int, text: str) -> Response:
    """One of API Gateway's own answers."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Response(status, [("Content-Type", "application/json")], body)


def event_of(request: Request, *, api_id: str, route_key: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The event a function gets."""
    host = request.headers.get("host", "")
    when = time.gmtime(request.received_at)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": dict(request.headers),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": api_id,
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route_key,
            "stage": STAGE,
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", when),
            "timeEpoch": int(request.received_at * 1000),
        },
        "isBase64Encoded": False,
    }
    if request.query:
        event["queryStringParameters"] = joined(parse_qsl(request.query, keep_blank_values=True))
    if parameters:
        event["pathParameters"] = dict(parameters)
    return event | body_of(request)


def joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Repeated names with their values joined by commas.

    >>> joined([("id", "1"), ("id", "2")])
    {'id': '1,2'}
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: ",".join(found) for name, found in values.items()}


def body_of(request: Request) -> dict[str, Any]:
    """Text as it is, anything else in Base64."""
    if not request.body:
        return {}
    if request.headers.get("content-type", "").startswith(TEXT_TYPES):
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def response_of(payload: bytes) -> Response:
    """The response a function asks for; an answer that is no response is an internal error."""
    answer = json.loads(payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return gateway_response(500, "Internal Server Error")
    text = answer.get("body") or ""
    body_bytes = base64.b64decode(text) if answer.get("isBase64Encoded") else str(text).encode()
    headers = [(name, str(value)) for name, value in (answer.get("headers") or {}).items()]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "text/plain;charset=UTF-8"))
    return Response(int(answer["statusCode"]), headers, body_bytes)
