"""What the API's description says of the routes about production; nothing here runs when a request is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.control.operate.requests import MOST_REASON
from greenfraud.canary import MOST_PERCENT
from greenfraud.problems import PROBLEM_TYPE, title_of

REFERENCE = "#/components/schemas/{name}"
UNSIGNED = 403
MODEL = {
    "type": "object",
    "description": "A bundle: where its files lie among the artifacts, and the SHA-256 of its manifest.",
    "properties": {name: {"type": "string"} for name in ("family", "version", "prefix", "sha256")},
    "required": ["family", "version", "prefix", "sha256"],
}
PRODUCTION = {
    "type": "object",
    "description": "What every score obeys; where a model is null, none serves in that place.",
    "properties": {
        "revision": {"type": "integer", "description": "Counts the changes; 0 before the first."},
        **{
            place: {"anyOf": [{"$ref": REFERENCE.format(name="ModelInPlace")}, {"type": "null"}]}
            for place in ("production", "fallback", "shadow", "canary")
        },
        "canary_percent": {"type": "integer"},
        "policy": {
            "type": "object",
            "description": "The policy in force, rules in words; of lists how many stand on them, never who.",
        },
        "policy_object": {
            "type": "object",
            "description": "The policy that was applied, by its version and the SHA-256 of its content; absent for the default.",
            "properties": {name: {"type": "string"} for name in ("version", "sha256")},
        },
    },
    "required": ["revision", "production", "fallback", "shadow", "canary", "canary_percent", "policy"],
}
REASON: dict[str, Any] = {
    "type": "object",
    "description": "Why; who is taken from the signature, and a body that names an actor is refused.",
    "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": MOST_REASON}},
    "required": ["reason"],
    "additionalProperties": False,
}
# What any change of models may be asked with.
CARE: dict[str, Any] = {
    "revision": {"type": "integer", "minimum": 0, "description": "What the caller saw: where it is older by now, nothing changes."},
    "request_id": {
        "type": "string",
        "pattern": "^[0-9A-Za-z-]{8,64}$",
        "description": "The caller's own name for the request: sent again, it is not a second step.",
    },
    "confirmed": {"type": "boolean", "description": "Yes to what a 428 told."},
}
NAME = {"type": "string", "pattern": "^[a-z_]{1,32}/[0-9A-Za-z._-]{1,100}$", "description": "family/version"}
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Of the manifest of the bundle that is meant."}


def _asked(description: str, required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    return {
        **REASON,
        "description": f"{description} {REASON['description']}",
        "properties": {**REASON["properties"], **CARE, **properties},
        "required": ["reason", *required],
    }


PROMOTION = _asked("A model to put into production.", ["model"], model=NAME, sha256=DIGEST)
ROLLBACK = _asked(
    "What to go back to: a model that stood before, or `rules`; by default what stood before the newest promotion.",
    model={"anyOf": [NAME, {"const": "rules"}]},
)
SHADOW = _asked(
    "A model to score beside what answers, or `off`.", ["model"], model={"anyOf": [NAME, {"const": "off"}]}, sha256=DIGEST
)
CANARY = _asked(
    "The share of the customers, 0 to take it away; by default for who is the canary already, or else the shadow.",
    ["percent"],
    percent={"type": "integer", "minimum": 0, "maximum": MOST_PERCENT},
    model=NAME,
    sha256=DIGEST,
)
OPTIONAL_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}]}
PROPOSAL = {
    "type": "object",
    "description": "A change that waits for a second person; `revision` is what was in force when it was proposed.",
    "properties": {
        "number": {"type": "integer", "minimum": 1},
        "change": {"type": "string", "description": "The route of what is proposed."},
        "body": {"type": "object", "description": "What it was asked with."},
        "status": {"enum": ["open", "applied", "withdrawn"]},
        **{name: {"type": "string"} for name in ("proposer", "reason", "at")},
        "revision": {"type": "integer"},
        **dict.fromkeys(("closed_by", "closed_at", "closing_reason"), OPTIONAL_TEXT),
    },
    "required": ["number", "change", "body", "proposer", "reason", "at", "revision", "status"],
}
PROPOSED = {"type": "object", "properties": {"proposal": {"$ref": REFERENCE.format(name="Proposal")}}, "required": ["proposal"]}
PROPOSALS = {
    "type": "object",
    "properties": {
        "proposals": {"type": "array", "items": {"$ref": REFERENCE.format(name="Proposal")}, "description": "The newest first."},
        "four_eyes": {"type": "boolean", "description": "Whether a change needs a second person here."},
    },
    "required": ["proposals", "four_eyes"],
}
POLICY = {
    "type": "object",
    "description": "A policy as a document (TOML), and why; who is taken from the signature.",
    "properties": {"document": {"type": "string", "minLength": 1}, **REASON["properties"]},
    "required": ["document", "reason"],
    "additionalProperties": False,
}
SCHEMAS: dict[str, Any] = {
    "ModelInPlace": MODEL,
    "PolicyIn": POLICY,
    "PromotionIn": PROMOTION,
    "RollbackIn": ROLLBACK,
    "ShadowIn": SHADOW,
    "CanaryIn": CANARY,
    "Production": PRODUCTION,
    "ReasonIn": REASON,
    "Proposal": PROPOSAL,
    "Proposed": PROPOSED,
    "Proposals": PROPOSALS,
}
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
