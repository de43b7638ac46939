"""Errors as RFC 9457 problems: one table from error to HTTP status, and nothing of the payload but the field's name."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from greenfraud.errors import (
    BundleError,
    GreenFraudError,
    InvalidInput,
    NotFound,
    StateConflict,
    StoreUnavailableError,
    Unconfirmed,
    UnknownCaller,
)

PROBLEM_TYPE = "application/problem+json"
TITLES = {422: "Unprocessable Content"}  # the library's phrase differs between Python 3.12 and 3.13
STATUS_OF: dict[type[GreenFraudError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownCaller: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    StateConflict: HTTPStatus.CONFLICT,
    BundleError: HTTPStatus.CONFLICT,  # what is stored is not what was judged, or cannot be served: asked again, it is no more
    Unconfirmed: HTTPStatus.PRECONDITION_REQUIRED,
    StoreUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}


def title_of(status: int) -> str:
    """The phrase of a status.

    >>> title_of(409)
    'Conflict'
    """
    return TITLES.get(status, HTTPStatus(status).phrase)


def problem(status: int, detail: str | None = None, **members: Any) -> dict[str, Any]:
    """The body of a problem; `type` is about:blank, so the title is the status phrase (RFC 9457, 4.2.1)."""
    body = {"type": "about:blank", "title": title_of(status), "status": int(status), "detail": detail}
    return {name: value for name, value in {**body, **members}.items() if value is not None}


def problem_of(error: GreenFraudError) -> dict[str, Any]:
    """The problem an error of ours becomes."""
    status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, InvalidInput):
        return problem(status, f"{error.field}: {error.reason}", field=error.field, reason=error.reason)
    # A problem in a list has no header to say so.
    return problem(status, str(error), retry=True if isinstance(error, StoreUnavailableError) else None)
