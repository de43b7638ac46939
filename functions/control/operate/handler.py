"""The Lambda's entry: a signed request of the HTTP API in, what is in production then out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.control.applied_policy import AppliedPolicy
from functions.control.clients import dynamodb, s3, secrets
from functions.control.documents import Artifacts
from functions.control.operate.list_ids import naming_by
from functions.control.operate.requests import Event, caller_of, document_of, reason_of
from functions.control.operate.settings import Settings
from functions.control.production import Production
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.control import ControlDocument
from greenfraud.errors import ContractError, GreenFraudError, NotFound, StoreUnavailableError
from greenfraud.faults import edge
from greenfraud.policy.document import read_document
from greenfraud.problems import PROBLEM_TYPE, problem_of

logger = logging.getLogger(__name__)
settings = Settings.from_env()


@dataclass(frozen=True)
class Operated:
    """What a person may look at and change."""

    production: Production
    policy: AppliedPolicy


def show(operated: Operated, _: Event, __: str) -> ControlDocument:
    """What is in production."""
    return operated.production.stage.current()


def roll_back(operated: Operated, event: Event, caller: str) -> ControlDocument:
    """What stood before the newest promotion, in production again."""
    return operated.production.roll_back(actor=caller, reason=reason_of(event))


def apply_policy(operated: Operated, event: Event, caller: str) -> ControlDocument:
    """The policy of a document, which decides from the next request on."""
    text, reason = document_of(event)
    naming = naming_by(secrets, settings.id_tokens)
    policy = read_document(text, now_us=time.time_ns() // 1_000, naming=naming).applicable("document")
    return operated.policy.apply(policy, actor=caller, reason=reason)


ROUTES: dict[str, Callable[[Operated, Event, str], ControlDocument]] = {
    "GET /v1/production": show,
    "POST /v1/production/rollback": roll_back,
    "POST /v1/production/policy": apply_policy,
}


@edge
def handler(event: Event, _: object) -> dict[str, Any]:
    """Answer one request; every error is a problem, and every change is its caller's."""
    try:
        return _response(200, "application/json", _answer(event))
    except GreenFraudError as error:
        if isinstance(error, ContractError):
            logger.warning("%s", error)  # names what is damaged, never its value
        problem = problem_of(error)
        return _response(problem["status"], PROBLEM_TYPE, problem)


def _answer(event: Event) -> dict[str, Any]:
    caller = caller_of(event)
    route = ROUTES.get(event.get("routeKey", ""))
    if route is None:
        raise NotFound(f"choose one of {', '.join(ROUTES)}")
    stage, artifacts = Stage(dynamodb, settings.control_table, settings.ledger_table), Artifacts(s3, settings.artifacts_bucket)
    operated = Operated(
        Production(stage, artifacts, Servable(dynamodb, settings.control_table)),
        AppliedPolicy(stage, artifacts),
    )
    try:
        document = route(operated, event, caller)
        return {**document.to_json(), "policy": operated.policy.of(document).described()}
    except (BotoCoreError, ClientError) as error:
        logger.warning("the store failed: %s", type(error).__name__)
        raise StoreUnavailableError("the store does not answer; see what is in production before you try again") from error


def _response(status: int, content_type: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": content_type}, "body": json.dumps(body)}
