"""Calling the platform's API as any client does: over HTTP, with a signed request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError, InputError
from cli.target import Target

TIMEOUT_SECONDS = 30
REFUSALS = frozenset({400, 409, 413, 422})
FORBIDDEN = 403


def call_api(target: Target, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON answer of `path`. InputError when the API refuses the content, CommandError when it is down or fails."""
    response = ask_api(target, method, path, body)
    if response.is_success:
        return document_of(target, method, path, response)
    raise refused(target, method, path, response)


def require_api(target: Target) -> None:
    """CommandError where the scoring API does not answer, or something else does; whether it is well is not asked."""
    if "status" not in document_of(target, "GET", "/health", ask_api(target, "GET", "/health")):
        raise _no_api(target, "GET", "/health", "no word of health")


def ask_api(target: Target, method: str, path: str, body: Mapping[str, Any] | Sequence[Any] | None = None) -> httpx.Response:
    """Whatever the API answers. CommandError when it does not answer at all."""
    url = f"{target.api}{path}"
    content = None if body is None else json.dumps(body).encode()
    headers = _signed(target, method, url, content)
    try:
        return httpx.request(method, url, content=content, headers=headers, timeout=TIMEOUT_SECONDS)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise CommandError(
            f"the API does not answer at {target.api}: {error or type(error).__name__}. Is it up? Run `make run` first"
        ) from None


def refused(target: Target, method: str, path: str, response: httpx.Response) -> CommandError:
    """What is said of an answer that is none: InputError where the content was refused."""
    kind = InputError if response.status_code in REFUSALS else CommandError
    advice = f". {_missing_permission(target, method, path)}" if _is_of_api_gateway(response) else ""
    return kind(f"{method} {path} answered {response.status_code}: {_problem(response)}{advice}")


def document_of(target: Target, method: str, path: str, response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer. CommandError where it has none, so that something else than the API has answered."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _no_api(target, method, path, "what is no JSON")
    return answer


def _no_api(target: Target, method: str, path: str, found: str) -> CommandError:
    return CommandError(f"{method} {path} was answered with {found}: is {target.api} the scoring API?")


def _signed(target: Target, method: str, url: str, content: bytes | None) -> dict[str, str]:
    """Headers with AWS's signature, version 4: the API tells by it who asks, and AWS lets nobody else in."""
    request = AWSRequest(method=method, url=url, data=content, headers={"content-type": "application/json"})
    credentials = target.session.get_credentials()
    if credentials is None:
        raise CommandError("there are no AWS credentials to sign the request with. Configure them as for the aws command line")
    SigV4Auth(credentials.get_frozen_credentials(), "execute-api", target.region).add_auth(request)
    return dict(request.headers)


def _is_of_api_gateway(response: httpx.Response) -> bool:
    """Whether API Gateway itself let nobody in: its answer has a message and nothing else."""
    try:
        return response.status_code == FORBIDDEN and set(response.json()) == {"message"}
    except (ValueError, TypeError):
        return False


def _missing_permission(target: Target, method: str, path: str) -> str:
    """What API Gateway does not say: who it took the caller for, and what that one must be allowed."""
    api, account, who = "API", "ACCOUNT", "whoever signed"  # as in the guide, where they cannot be found out
    with suppress(CommandError):
        api = target.outputs["ApiId"]
    with suppress(BotoCoreError, ClientError):
        caller = target.client("sts").get_caller_identity()
        account, who = caller["Account"], caller["Arn"]
    resource = f"arn:aws:execute-api:{target.region}:{account}:{api}/$default/{method}{path.partition('?')[0]}"
    return f"{who} needs execute-api:Invoke on {resource}"


def _problem(response: httpx.Response) -> str:
    """What an RFC 9457 problem says, or the start of any other body."""
    try:
        problem = response.json()
    except ValueError:
        return response.text[:300]
    if not isinstance(problem, dict):
        return response.text[:300]
    parts = [str(problem[name]) for name in ("title", "detail", "message") if problem.get(name)]
    return ": ".join(parts) + (f" {json.dumps(problem['errors'])}" if problem.get("errors") else "")
