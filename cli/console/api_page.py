"""The API to try: every operation with what it takes, and a form that sends it, signed, with an example that works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from secrets import token_hex
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from cli.api import ask_api
from cli.console.card_numbers import masked, masked_in, without_card_number
from cli.console.console import Console
from cli.console.openapi import Operation, description, operations
from cli.console.part import Part, part_of
from cli.errors import CommandError, InputError


class Answer(NamedTuple):
    """What an operation answered to what was typed."""

    operation: str
    status: int
    text: str


def api(console: Console, request: Request) -> Response:
    """Every operation, each with its example."""
    return _page(console, request, None, {})


def send(console: Console, request: Request) -> Response:
    """Send what was typed, and show the answer beside it."""
    typed: Mapping[str, str] = request.scope["form"]
    try:
        answer = _sent(console, typed)
    except CommandError as fault:
        return _page(console, request, None, typed, fault=str(fault), status=422 if isinstance(fault, InputError) else 502)
    return _page(console, request, answer, typed)


def address_of(operation: Operation, typed: Mapping[str, str]) -> str:
    """The path with its parameters as they were typed. InputError naming one that is missing.

    >>> from cli.console.openapi import Parameter
    >>> both = [Parameter("id", "path", True, "", ""), Parameter("day", "query", False, "", "")]
    >>> address_of(Operation("GET", "/v1/x/{id}", "", both, None, []), {"parameter-id": "a/b", "parameter-day": "1 2"})
    '/v1/x/a%2Fb?day=1+2'
    """
    path, query = operation.path, {}
    for one in operation.parameters:
        value = typed.get(f"parameter-{one.name}", "")
        if not value and one.is_required:
            raise InputError(f"{one.name}: is required")
        if one.place == "path":
            path = path.replace(f"{{{one.name}}}", quote(value, safe=""))
        elif value:
            query[one.name] = value
    return f"{path}?{urlencode(query)}" if query else path


def _sent(console: Console, typed: Mapping[str, str]) -> Answer:
    operation = next((one for one in _operations() if one.name == typed.get("operation")), None)
    if operation is None or not operation.is_tried:
        raise InputError("operation: is none that the console sends")
    try:
        answer = ask_api(console.target, operation.method, address_of(operation, typed), _body(operation, typed))
    except RecursionError:
        raise InputError("body: is no JSON that can be sent: it is nested too deeply") from None
    return Answer(operation.name, answer.status_code, _readable(answer.text))


def _body(operation: Operation, typed: Mapping[str, str]) -> Any:
    if operation.body is None:
        return None
    try:
        return json.loads(typed.get("body", ""))
    except ValueError as error:
        raise InputError(f"body: is no JSON: {error}") from None


def _readable(text: str) -> str:
    try:
        return json.dumps(masked_in(json.loads(text)), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return masked(text)


@cache
def _operations() -> list[Operation]:
    """Their examples are about one payment, new at every start: scored by the first, it is known to the others."""
    now = datetime.now(UTC)
    name, happened = f"try-{token_hex(4)}", f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    examples = {"transaction_id": name, "occurred_at": happened, "customer_id": "c000017", "amount_minor": 51_240}
    moments = dict.fromkeys(("observed_at", "released_at"), f"{now:%Y-%m-%dT%H:%M:%SZ}")
    return operations(description(), {**examples, **moments, "number": 1})


def _page(  # noqa: PLR0913 - what a page is told
    console: Console,
    request: Request,
    answer: Answer | None,
    typed: Mapping[str, str],
    *,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    listed: Part = part_of(_operations)
    kept = {name: without_card_number(text) for name, text in typed.items()}  # a mask in its place would be sent as an id
    return console.page(request, "api", status=status, fault=fault, part=listed, answer=answer, typed=kept)
