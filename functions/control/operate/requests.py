"""Requests as API Gateway hands them over (payload format 2.0): who signed them, and what is in them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from greenfraud.errors import InvalidInput, UnknownCaller

Event = Mapping[str, Any]
MOST_REASON = 1_000  # characters; the ledger's item has room for more, a person's reason has not


def caller_of(event: Event) -> str:
    """The ARN of who signed the request, as API Gateway verified it. Raises UnknownCaller where it says nothing of that."""
    found: Any = event
    for name in ("requestContext", "authorizer", "iam", "userArn"):
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, str) or not found:
        raise UnknownCaller(
            "who asks is not known: sign the request (Signature Version 4, service execute-api) and send it to the API"
        )
    return found


def reason_of(event: Event) -> str:
    """The reason in the body, its only field. Raises InvalidInput that names what is wrong with which."""
    return _reason(_body(event, "reason"))


def document_of(event: Event) -> tuple[str, str]:
    """The policy's document and the reason, the two fields of the body. Raises InvalidInput."""
    body = _body(event, "document", "reason")
    document = body.get("document")
    if not isinstance(document, str) or not document.strip():
        raise InvalidInput("document", "must be the text of a policy, as TOML")
    return document, _reason(body)


def _body(event: Event, *known: str) -> dict[str, Any]:
    body = _json_of(event)
    if "actor" in body:
        raise InvalidInput("actor", "is whoever signed the request; leave it out")
    for name in sorted(body.keys() - {*known}):
        raise InvalidInput(name, f"is unknown; the body has {'one field' if len(known) == 1 else 'the fields'}, {', '.join(known)}")
    return body


def _reason(body: dict[str, Any]) -> str:
    reason = body.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise InvalidInput("reason", "must be a non-empty string")
    if len(reason) > MOST_REASON:
        raise InvalidInput("reason", f"must have at most {MOST_REASON:,} characters")
    return reason


def _json_of(event: Event) -> dict[str, Any]:
    text = event.get("body") or ""
    try:
        body = json.loads(base64.b64decode(text) if event.get("isBase64Encoded") else text)
    except (ValueError, RecursionError):
        raise InvalidInput("body", "must be JSON") from None
    if not isinstance(body, dict):
        raise InvalidInput("body", "must be a JSON object")
    return body
