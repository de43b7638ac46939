"""What the API's description says of the routes about production; nothing here runs when a request is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.control.operate.requests import MOST_REASON
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
ROLLBACK: dict[str, Any] = {
    "type": "object",
    "description": "Why; who is taken from the signature, and a body that names an actor is refused.",
    "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": MOST_REASON}},
    "required": ["reason"],
    "additionalProperties": False,
}
POLICY = {
    "type": "object",
    "description": "A policy as a document (TOML), and why; who is taken from the signature.",
    "properties": {"document": {"type": "string", "minLength": 1}, **ROLLBACK["properties"]},
    "required": ["document", "reason"],
    "additionalProperties": False,
}
SCHEMAS: dict[str, Any] = {"ModelInPlace": MODEL, "PolicyIn": POLICY, "Production": PRODUCTION, "RollbackIn": ROLLBACK}


def _operation(summary: str, description: str, *, body: str | None = None, errors: Sequence[int]) -> dict[str, Any]:
    problem = {PROBLEM_TYPE: {"schema": {"$ref": REFERENCE.format(name="Problem")}}}
    answer = {"application/json": {"schema": {"$ref": REFERENCE.format(name="Production")}}}
    described: dict[str, Any] = {"summary": summary, "description": description}
    if body is not None:
        content = {"application/json": {"schema": {"$ref": REFERENCE.format(name=body)}}}
        described["requestBody"] = {"required": True, "content": content}
    refusals = {str(code): {"description": title_of(code), "content": problem} for code in (UNSIGNED, *errors)}
    return {**described, "responses": {"200": {"description": "OK", "content": answer}, **refusals}}


PATHS: dict[str, Any] = {
    "/v1/production": {"get": _operation("Production", "What is in production.", errors=(500, 503))},
    "/v1/production/rollback": {
        "post": _operation(
            "Roll Back",
            "Put back what stood before the newest promotion; repeated, it goes further back. The ledger names who signed.",
            body="RollbackIn",
            errors=(409, 422, 500, 503),
        )
    },
    "/v1/production/policy": {
        "post": _operation(
            "Apply A Policy",
            "Check a policy and let it decide from the next request on; one that has an error changes nothing, and each error is "
            "told by its line. The ledger names who signed.",
            body="PolicyIn",
            errors=(409, 422, 500, 503),
        )
    },
}
