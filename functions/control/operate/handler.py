"""The Lambda's entry: a signed request of the HTTP API in, what is in production then out."""

from __future__ import annotations

import json
import logging
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.control.archive import Archive
from functions.control.clients import dynamodb, s3, secrets
from functions.control.documents import Artifacts
from functions.control.operate.changes import CHANGES, EMERGENCIES, Changing
from functions.control.operate.list_ids import naming_by
from functions.control.operate.operated import Operated
from functions.control.operate.settings import Settings
from functions.control.proposals import Proposals
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.callers import Event, caller_of
from greenfraud.errors import ContractError, GreenFraudError, NotFound, StoreUnavailableError
from greenfraud.faults import edge
from greenfraud.problems import PROBLEM_TYPE, problem_of

logger = logging.getLogger(__name__)
settings = Settings.from_env()
SHOW, LISTED = "GET /v1/production", "GET /v1/proposals"
APPROVE, WITHDRAW = "POST /v1/proposals/{number}/approve", "POST /v1/proposals/{number}/withdraw"
ROUTES = (SHOW, *CHANGES, *EMERGENCIES, LISTED, APPROVE, WITHDRAW)


@edge
def handler(event: Event, _: object) -> dict[str, Any]:
    """Answer one request; every error is a problem, and every change is its caller's."""
    try:
        status, body = _answer(event)
        return _response(status, "application/json", body)
    except GreenFraudError as error:
        if isinstance(error, ContractError):
            logger.warning("%s", error)  # names what is damaged, never its value
        problem = problem_of(error)
        return _response(problem["status"], PROBLEM_TYPE, problem)


def _answer(event: Event) -> tuple[int, dict[str, Any]]:
    caller, route = caller_of(event), event.get("routeKey", "")
    if route not in ROUTES:
        raise NotFound(f"choose one of {', '.join(ROUTES)}")
    try:
        return _answer_of(route, event, caller)
    except (BotoCoreError, ClientError) as error:
        logger.warning("the store failed: %s", type(error).__name__)
        raise StoreUnavailableError("the store does not answer; see what is in production before you try again") from error


def _answer_of(route: str, event: Event, caller: str) -> tuple[int, dict[str, Any]]:
    changing = Changing(_operated(), settings.four_eyes == "on")
    if route in CHANGES:
        return changing.request(route, event, caller)
    if route in EMERGENCIES:
        return changing.emergency(route, event, caller)
    if route == APPROVE:
        return changing.approve(event, caller)
    if route == WITHDRAW:
        return changing.withdraw(event, caller)
    return changing.listed() if route == LISTED else changing.shown()


def _operated() -> Operated:
    archive = Archive(s3, settings.ledger_bucket)
    return Operated(
        Stage(dynamodb, settings.control_table, settings.ledger_table, archive),
        Artifacts(s3, settings.artifacts_bucket),
        Servable(dynamodb, settings.control_table),
        Proposals(dynamodb, settings.ledger_table),
        partial(naming_by, secrets, settings.id_tokens),
    )


def _response(status: int, content_type: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": content_type}, "body": json.dumps(body)}
