"""The bodies of the routes about production, as the API's description spells them; nothing here runs when a request is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.control.operate.requests import MOST_REASON
from greenfraud.canary import MOST_PERCENT

REFERENCE = "#/components/schemas/{name}"
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
