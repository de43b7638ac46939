"""Makes the application answer every error as an RFC 9457 problem; the table from error to status is the core's."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from greenfraud.errors import ContractError, GreenFraudError, InvalidInput, StoreUnavailableError
from greenfraud.faults import told
from greenfraud.problems import PROBLEM_TYPE, problem, problem_of

logger = logging.getLogger(__name__)


def respond(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem as a response."""
    return Response(orjson.dumps(body), status_code=body["status"], media_type=PROBLEM_TYPE, headers=headers)


async def _on_domain_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, GreenFraudError)
    if isinstance(error, ContractError):
        logger.warning("%s", error)  # names what is damaged, never its value
    headers = {"Retry-After": "1"} if isinstance(error, StoreUnavailableError) else None
    return respond(problem_of(error), headers)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = f"{request.method} {request.scope['path']}" if error.status_code in (404, 405) else str(error.detail)
    return respond(problem(error.status_code, detail), dict(error.headers or {}))


class UnexpectedErrors:
    """Answers 500 for what nobody foresaw, and logs where it happened but no message: messages quote payloads."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through; on an exception send a problem."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # the edge of the program: whatever it is becomes a 500
            logger.error("unexpected %s", told(error))  # noqa: TRY400 no traceback text
            await respond(problem(HTTPStatus.INTERNAL_SERVER_ERROR))(scope, receive, send)


async def _on_store_error(request: Request, error: Exception) -> Response:
    logger.warning("the store failed: %s", type(error).__name__)
    return await _on_domain_error(request, StoreUnavailableError("the store does not answer; try again"))


async def _on_bad_parameter(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return respond(problem_of(InvalidInput(str(first["loc"][-1]), first["msg"])))


def install(app: FastAPI) -> None:
    """Make the app answer every error as a problem."""
    app.add_exception_handler(GreenFraudError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_bad_parameter)
    for kind in (BotoCoreError, ClientError):
        app.add_exception_handler(kind, _on_store_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_middleware(UnexpectedErrors)
