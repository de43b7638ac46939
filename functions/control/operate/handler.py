"""The Lambda's entry: a signed request of the HTTP API in, what is in production then out."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.control.clients import dynamodb, s3
from functions.control.documents import Artifacts
from functions.control.operate.requests import Event, caller_of, reason_of
from functions.control.operate.settings import Settings
from functions.control.production import Production
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.control import ControlDocument
from greenfraud.errors import ContractError, GreenFraudError, NotFound, StoreUnavailableError
from greenfraud.faults import edge
from greenfraud.problems import PROBLEM_TYPE, problem_of

logger = logging.getLogger(__name__)
settings = Settings.from_env()


def show(production: Production, _: Event, __: str) -> ControlDocument:
    """What is in production."""
    return production.stage.current()


def roll_back(production: Production, event: Event, caller: str) -> ControlDocument:
    """What stood before the newest promotion, in production again."""
    return production.roll_back(actor=caller, reason=reason_of(event))


ROUTES: dict[str, Callable[[Production, Event, str], ControlDocument]] = {
    "GET /v1/production": show,
    "POST /v1/production/rollback": roll_back,
}


@edge
def handler(event: Event, _: object) -> dict[str, Any]:
    """Answer one request; every error is a problem, and every change is its caller's."""
    try:
        document = _answer(event)
        return _response(200, "application/json", {**document.to_json(), "policy": document.policy.to_json()})
    except GreenFraudError as error:
        if isinstance(error, ContractError):
            logger.warning("%s", error)  # names what is damaged, never its value
        problem = problem_of(error)
        return _response(problem["status"], PROBLEM_TYPE, problem)


def _answer(event: Event) -> ControlDocument:
    caller = caller_of(event)
    route = ROUTES.get(event.get("routeKey", ""))
    if route is None:
        raise NotFound(f"choose one of {', '.join(ROUTES)}")
    stage = Stage(dynamodb, settings.control_table, settings.ledger_table)
    try:
        servable = Servable(dynamodb, settings.control_table)
        return route(Production(stage, Artifacts(s3, settings.artifacts_bucket), servable), event, caller)
    except (BotoCoreError, ClientError) as error:
        logger.warning("the store failed: %s", type(error).__name__)
        raise StoreUnavailableError("the store does not answer; see what is in production before you try again") from error


def _response(status: int, content_type: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": content_type}, "body": json.dumps(body)}
