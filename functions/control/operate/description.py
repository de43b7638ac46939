"""What the API's description says of the routes about production; nothing here runs when a request is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.control.operate.schemas import REFERENCE
from greenfraud.problems import PROBLEM_TYPE, title_of

UNSIGNED = 403
FAILURES = (409, 422, 500, 503)
ASKED_FIRST = (404, 409, 422, 428, 500, 503)
NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def _operation(  # noqa: PLR0913 - what the description says of one
    summary: str,
    description: str,
    *,
    answers: str = "Production",
    body: str | None = None,
    proposed: bool = False,
    parameters: Sequence[dict[str, Any]] = (),
    errors: Sequence[int] = FAILURES,
) -> dict[str, Any]:
    described: dict[str, Any] = {"summary": summary, "description": description}
    if parameters:
        described["parameters"] = list(parameters)
    if body is not None:
        described["requestBody"] = {"required": True, "content": _json(body)}
    problem = {PROBLEM_TYPE: {"schema": {"$ref": REFERENCE.format(name="Problem")}}}
    refusals = {str(code): {"description": title_of(code), "content": problem} for code in (UNSIGNED, *errors)}
    told = {"200": {"description": "OK", "content": _json(answers)}}
    if proposed:
        told["202"] = {"description": "Proposed: somebody else approves it", "content": _json("Proposed")}
    return {**described, "responses": {**told, **refusals}}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REFERENCE.format(name=schema)}}}


PATHS: dict[str, Any] = {
    "/v1/production": {"get": _operation("Production", "What is in production.", errors=(500, 503))},
    "/v1/production/promote": {
        "post": _operation(
            "Promote",
            "Put a model into production, for the next request on; a canary ends. 428 where the gate did not let it in, until it "
            "is confirmed. The ledger names who signed. Where four eyes are asked for, it is proposed.",
            body="PromotionIn",
            proposed=True,
            errors=ASKED_FIRST,
        )
    },
    "/v1/emergency/production/promote": {
        "post": _operation(
            "Promote Alone",
            "As a promotion, at once and without a second person. The entry says so, and an alarm rings.",
            body="PromotionIn",
            errors=ASKED_FIRST,
        )
    },
    "/v1/production/rollback": {
        "post": _operation(
            "Roll Back",
            "Put back what stood before the newest promotion; repeated, it goes further back, unless a model is named. A canary "
            "ends. 428 where only the rules would answer, until it is confirmed. The ledger names who signed. "
            "Where four eyes are asked for, it is proposed.",
            body="RollbackIn",
            proposed=True,
            errors=ASKED_FIRST,
        )
    },
    "/v1/emergency/production/rollback": {
        "post": _operation(
            "Roll Back Alone",
            "As a rollback, at once and without a second person. The entry says so, and an alarm rings.",
            body="RollbackIn",
            errors=ASKED_FIRST,
        )
    },
    "/v1/production/shadow": {
        "post": _operation(
            "Shadow",
            "Let a model score each payment beside what answers; what it says is kept with the decision and answers nobody. The "
            "ledger names who signed. Where four eyes are asked for, it is proposed.",
            body="ShadowIn",
            proposed=True,
            errors=ASKED_FIRST,
        )
    },
    "/v1/production/canary": {
        "post": _operation(
            "Canary",
            "Let a model answer a share of the customers, by a stable hash of their ids: who is in stays in when it is raised. 428 "
            "where the gate rejected it, until it is confirmed. The ledger names who signed. Where four eyes are asked for, it is "
            "proposed.",
            body="CanaryIn",
            proposed=True,
            errors=ASKED_FIRST,
        )
    },
    "/v1/emergency/production/canary": {
        "post": _operation(
            "Canary Alone",
            "As a canary, at once and without a second person. The entry says so, and an alarm rings.",
            body="CanaryIn",
            errors=ASKED_FIRST,
        )
    },
    "/v1/proposals": {
        "get": _operation("Proposals", "The newest fifty, whatever became of them.", answers="Proposals", errors=(500, 503))
    },
    "/v1/proposals/{number}/approve": {
        "post": _operation(
            "Approve",
            "Carry out what somebody else proposed, on the revision that it was proposed on; 403 for who proposed it.",
            body="ReasonIn",
            parameters=[NUMBER],
            errors=(404, *FAILURES),
        )
    },
    "/v1/proposals/{number}/withdraw": {
        "post": _operation(
            "Withdraw",
            "Close a proposal that nobody is to carry out.",
            answers="Proposed",
            body="ReasonIn",
            parameters=[NUMBER],
            errors=(404, *FAILURES),
        )
    },
    "/v1/production/policy": {
        "post": _operation(
            "Apply A Policy",
            "Check a policy and let it decide from the next request on; one that has an error changes nothing, and each error is "
            "told by its line. The ledger names who signed.",
            body="PolicyIn",
            proposed=True,
        )
    },
    "/v1/emergency/production/policy": {
        "post": _operation(
            "Apply A Policy Alone",
            "As applying one, at once and without a second person. The entry says so, and an alarm rings.",
            body="PolicyIn",
        )
    },
    "/v1/production/policy/undo": {
        "post": _operation(
            "Undo A Policy",
            "Let the policy decide again that stood before the one in force; repeated, it goes further back, at last to the "
            "default. The ledger names who signed. Where four eyes are asked for, it is proposed.",
            body="ReasonIn",
            proposed=True,
        )
    },
    "/v1/emergency/production/policy/undo": {
        "post": _operation(
            "Undo A Policy Alone",
            "As undoing one, at once and without a second person. The entry says so, and an alarm rings.",
            body="ReasonIn",
        )
    },
}
