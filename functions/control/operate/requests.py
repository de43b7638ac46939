"""Requests as API Gateway hands them over (payload format 2.0): what is in them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from greenfraud.callers import Event
from greenfraud.canary import MOST_PERCENT
from greenfraud.errors import InvalidInput

MOST_DIGITS = 9
MODEL = re.compile(r"[a-z_]{1,32}/[0-9A-Za-z._-]{1,100}")
MOST_REASON = 1_000  # characters; the ledger's item has room for more, a person's reason has not


def _is_request_id(name: Any) -> bool:
    return isinstance(name, str) and re.fullmatch(r"[0-9A-Za-z-]{8,64}", name) is not None


# What may stand in any change of models beside its own fields: what the caller saw, a name for the request, and a yes.
CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "revision": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        "must be the revision that you saw",
    ),
    "request_id": (_is_request_id, "must be 8 to 64 letters, digits and hyphens of your own"),
    "confirmed": (lambda value: isinstance(value, bool), "must be true or false"),
    "sha256": (lambda value: isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None, "must be a SHA-256"),
}
OPTIONAL = frozenset({"revision", "request_id", "confirmed"})


def body_of(event: Event, fields: frozenset[str] = frozenset(), optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The body: a reason, these fields, and perhaps those. Raises InvalidInput that names what is wrong with which."""
    body, known = _json_of(event), {"reason", *fields, *optional}
    if "actor" in body:
        raise InvalidInput("actor", "is whoever signed the request; leave it out")
    for name in sorted(body.keys() - known):
        raise InvalidInput(name, f"is unknown; the body has {', '.join(sorted(known))}")
    for name in sorted(fields - body.keys()):
        raise InvalidInput(name, "is missing")
    reason_in(body)
    for name in sorted(optional & body.keys() & CHECKS.keys()):
        is_good, must = CHECKS[name]
        if not is_good(body[name]):
            raise InvalidInput(name, must)
    return body


def model_in(body: Mapping[str, Any], *others: str) -> str:
    """The model of a body, or one of the words that may stand in its place. Raises InvalidInput."""
    name = body["model"]
    if isinstance(name, str) and (name in others or MODEL.fullmatch(name)):
        return name
    words = "".join(f", or {other}" for other in others)
    raise InvalidInput("model", f"must be family/version, as `greenfraud status` prints it{words}")


def percent_in(body: Mapping[str, Any]) -> int:
    """The canary's share. Raises InvalidInput."""
    percent = body["percent"]
    if not isinstance(percent, int) or isinstance(percent, bool) or not 0 <= percent <= MOST_PERCENT:
        raise InvalidInput("percent", f"must be a whole number from 0, which is off, to {MOST_PERCENT}: who gives all promotes")
    return percent


def request_id_of(event: Event) -> str | None:
    """The caller's own name for a request, if it has one; what is wrong with it is said where the body is read."""
    try:
        name = _json_of(event).get("request_id")
    except InvalidInput:
        return None
    return name if _is_request_id(name) else None


def reason_in(body: Mapping[str, Any]) -> str:
    """The reason of a body. Raises InvalidInput."""
    reason = body.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise InvalidInput("reason", "must be a non-empty string")
    if not reason.isprintable():
        raise InvalidInput("reason", "must be one line of printable characters")
    if len(reason) > MOST_REASON:
        raise InvalidInput("reason", f"must have at most {MOST_REASON:,} characters")
    return reason


def document_in(body: Mapping[str, Any]) -> str:
    """The policy's document in a body. Raises InvalidInput."""
    document = body.get("document")
    if not isinstance(document, str) or not document.strip():
        raise InvalidInput("document", "must be the text of a policy, as TOML")
    return document


def number_of(event: Event) -> int:
    """The number in the path. Raises InvalidInput."""
    text = (event.get("pathParameters") or {}).get("number", "")
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise InvalidInput("number", "must be the number of a proposal, such as 3")
    return int(text)


def _json_of(event: Event) -> dict[str, Any]:
    text = event.get("body") or ""
    try:
        body = json.loads(base64.b64decode(text) if event.get("isBase64Encoded") else text)
    except (ValueError, RecursionError):
        raise InvalidInput("body", "must be JSON") from None
    if not isinstance(body, dict):
        raise InvalidInput("body", "must be a JSON object")
    return body
