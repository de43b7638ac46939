"""What a person may do with models: how each request is checked, what of it is kept, and how that is carried out.

What is kept names the very bundle that was meant, by its digest: whoever approves later lets no other one in.
"""

from __future__ import annotations

from typing import Any

from functions.control.approval import Approval
from functions.control.asked import Asked
from functions.control.judgements import judged
from functions.control.ledger import RULES, name_of
from functions.control.operate.operated import Operated
from functions.control.operate.requests import OPTIONAL, body_of, model_in, percent_in
from greenfraud.callers import Event
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import StateConflict

Body = dict[str, Any]
OFF = "off"
REMARKS = "remarks"  # what the ledger is to say beside the reason


def asked_by(body: Body, actor: str) -> Asked:
    """Who asks, and for what reasons."""
    return Asked(
        actor=actor,
        reasons=[body["reason"], *body.get(REMARKS, [])],
        revision=body.get("revision"),
        request_id=body.get("request_id"),
        is_confirmed=body.get("confirmed", False),
    )


def prepare_promotion(operated: Operated, event: Event) -> Body:
    """The model and its digest. Raises Unconfirmed where the gate did not let it in."""
    body = body_of(event, frozenset({"model"}), OPTIONAL | {"sha256"})
    reference = operated.beside().verified(model_in(body), body.get("sha256"))
    if reference == operated.stage.current().production:
        return _named(body, reference)
    return _named(body, reference, _against_the_gate(operated, body, reference, ("promote",)))


def promote(operated: Operated, approval: Approval, body: Body, actor: str) -> ControlDocument:
    """Put it into production."""
    family, _, version = body["model"].partition("/")
    return operated.production(approval).promote(family, version, asked_by(body, actor), sha256=body["sha256"])


def prepare_rollback(operated: Operated, event: Event) -> Body:
    """The model to go back to. Raises Unconfirmed where there is none and only the rules would answer."""
    body = body_of(event, frozenset(), OPTIONAL | {"model"})
    to = model_in(body, RULES) if "model" in body else None
    if to is not None and to == name_of(operated.stage.current().production):
        return body
    target = operated.production().behind(to)
    if target == RULES:
        asked_by(body, "").confirm("no model stood before: only the rules would answer")
    return {**body, "model": target}


def roll_back(operated: Operated, approval: Approval, body: Body, actor: str) -> ControlDocument:
    """Put it back."""
    return operated.production(approval).roll_back(asked_by(body, actor), to=body.get("model"))


def prepare_shadow(operated: Operated, event: Event) -> Body:
    """The model and its digest, or that there shall be none."""
    body = body_of(event, frozenset({"model"}), OPTIONAL | {"sha256"})
    name = model_in(body, OFF)
    return body if name == OFF else _named(body, operated.beside().verified(name, body.get("sha256")))


def set_shadow(operated: Operated, approval: Approval, body: Body, actor: str) -> ControlDocument:
    """Let it score beside what answers."""
    beside = operated.beside(approval)
    reference = None if body["model"] == OFF else beside.verified(body["model"], body["sha256"])
    return beside.shadow(reference, asked_by(body, actor))


def prepare_canary(operated: Operated, event: Event) -> Body:
    """The share, and the model: who is the canary already, or else the shadow, where none is named."""
    body = body_of(event, frozenset({"percent"}), OPTIONAL | {"model", "sha256"})
    if percent_in(body) == 0:
        return body
    current = operated.stage.current()
    name = model_in(body) if "model" in body else _next_canary(current)
    reference = operated.beside().verified(name, body.get("sha256"))
    if reference == current.canary:
        return _named(body, reference)
    return _named(body, reference, _against_the_gate(operated, body, reference, ("promote", "shadow")))


def set_canary(operated: Operated, approval: Approval, body: Body, actor: str) -> ControlDocument:
    """Let it answer its share of the customers."""
    beside = operated.beside(approval)
    reference = beside.verified(body["model"], body["sha256"]) if body["percent"] else None
    return beside.canary(reference, body["percent"], asked_by(body, actor))


def _next_canary(current: ControlDocument) -> str:
    found = current.canary or current.shadow
    if found is None:
        raise StateConflict("no model is in shadow, and none is the canary: name one, family/version")
    return found.name


def _against_the_gate(operated: Operated, body: Body, reference: ModelRef, let_in: tuple[str, ...]) -> list[str]:
    """What the ledger is to say of a model that the gate did not let in. Raises Unconfirmed, and StateConflict for other bytes."""
    found = judged(operated.artifacts, reference)
    if found is None:
        told = f"the gate never judged {reference.name}"
    else:
        reference.check_digest(found.sha256)
        if found.outcome in let_in:
            return []
        told = f"the gate's word on {reference.name} is {found.outcome}: {found.words}"
    asked_by(body, "").confirm(told)
    return [f"against the gate: {told}"]


def _named(body: Body, reference: ModelRef, remarks: list[str] | None = None) -> Body:
    return {**body, "model": reference.name, "sha256": reference.sha256, **({REMARKS: remarks} if remarks else {})}
