"""Requests as API Gateway hands them over (payload format 2.0): what is in them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from greenfraud.callers import Event
from greenfraud.errors import InvalidInput

MOST_DIGITS = 9
MOST_REASON = 1_000  # characters; the ledger's item has room for more, a person's reason has not


def body_of(event: Event, fields: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The body: a reason, and these fields. Raises InvalidInput that names what is wrong with which."""
    body = _json_of(event)
    if "actor" in body:
        raise InvalidInput("actor", "is whoever signed the request; leave it out")
    for name in sorted(body.keys() - {"reason", *fields}):
        raise InvalidInput(name, f"is unknown; the body has {', '.join(sorted({'reason', *fields}))}")
    for name in sorted(fields - body.keys()):
        raise InvalidInput(name, "is missing")
    reason_in(body)
    return body


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
