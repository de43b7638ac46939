"""What a person may change, whether at once, by a second person's word, or in an emergency.

Where four eyes are asked for, a change that somebody requests is stored as a proposal and carried out by whoever else approves
it, on the revision that it was proposed on. An emergency asks nobody: it is a permission of its own, its entry says so, and an
alarm rings.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.control.approval import ALONE, Approval
from functions.control.operate import models
from functions.control.operate.operated import Operated
from functions.control.operate.person import check_nameable
from functions.control.operate.requests import body_of, document_in, number_of, reason_in, request_id_of
from greenfraud.callers import Event, person_of
from greenfraud.control import ControlDocument
from greenfraud.errors import UnknownCaller
from greenfraud.metrics import embedded_metrics
from greenfraud.policy.document import read_document

Body = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """How a request is checked, and what of it is kept; how that is carried out by an actor."""

    prepare: Callable[[Operated, Event], Body]
    carry_out: Callable[[Operated, Approval, Body, str], ControlDocument]


def _prepare_reason(_: Operated, event: Event) -> Body:
    return body_of(event)


def _prepare_policy(operated: Operated, event: Event) -> Body:
    """A policy is stored by its digest before anybody approves it: a proposal keeps no id that its document spells out."""
    body = body_of(event, frozenset({"document"}))
    policy = read_document(document_in(body), now_us=time.time_ns() // 1_000, naming=operated.naming()).applicable("document")
    return {"reason": body["reason"], "policy": operated.policy().store(policy).to_json()}


def _apply_policy(operated: Operated, approval: Approval, body: Body, actor: str) -> ControlDocument:
    return operated.policy(approval).apply_stored(body["policy"], actor=actor, reason=body["reason"])


def _undo_policy(operated: Operated, approval: Approval, body: Body, actor: str) -> ControlDocument:
    return operated.policy(approval).undo(actor=actor, reason=body["reason"])


CHANGES: Mapping[str, Change] = {
    "POST /v1/production/promote": Change(models.prepare_promotion, models.promote),
    "POST /v1/production/rollback": Change(models.prepare_rollback, models.roll_back),
    "POST /v1/production/canary": Change(models.prepare_canary, models.set_canary),
    "POST /v1/production/shadow": Change(models.prepare_shadow, models.set_shadow),
    "POST /v1/production/policy": Change(_prepare_policy, _apply_policy),
    "POST /v1/production/policy/undo": Change(_prepare_reason, _undo_policy),
}
# A shadow answers nobody: there is no emergency in which one must be set at once.
EMERGENCIES = {change.replace("/v1/", "/v1/emergency/", 1): change for change in CHANGES if change != "POST /v1/production/shadow"}


@dataclass(frozen=True)
class Changing:
    """Who may change what, and how."""

    operated: Operated
    needs_approval: bool

    def request(self, route: str, event: Event, caller: str) -> tuple[int, Body]:
        """Carry out a change, or store that it is proposed: status and body of the answer."""
        change = CHANGES[route]
        if (before := self._answered_before(event)) is not None:
            return before
        body = change.prepare(self.operated, event)
        if not self.needs_approval:
            return self._done(change.carry_out(self.operated, ALONE, body, caller))
        check_nameable(caller)
        current = self.operated.stage.current()
        models.asked_by(body, caller).check(current)
        revision = current.revision
        proposal = self.operated.proposals.add(route, body, proposer=caller, reason=body["reason"], revision=revision)
        return 202, {"proposal": proposal.to_json()}

    def emergency(self, route: str, event: Event, caller: str) -> tuple[int, Body]:
        """Carry out a change that nobody else was asked for, loudly."""
        change = CHANGES[EMERGENCIES[route]]
        if (before := self._answered_before(event)) is not None:
            return before
        body = change.prepare(self.operated, event)
        after = change.carry_out(self.operated, Approval(is_emergency=True), body, caller)
        print(json.dumps(embedded_metrics({"EmergencyChange": 1}, {"EmergencyChange": "Count"})), flush=True)
        return self._done(after)

    def approve(self, event: Event, caller: str) -> tuple[int, Body]:
        """Carry out what somebody else proposed; the change itself refuses where something else has changed since."""
        check_nameable(caller)
        reason = reason_in(body_of(event))
        proposal = self.operated.proposals.open(number_of(event))
        if person_of(caller) == person_of(proposal.proposer):
            raise UnknownCaller(
                f"proposal {proposal.number} is by {proposal.proposer}: somebody else approves it; "
                "sessions of one role count as one person, unless they are IAM Identity Center's"
            )
        body = {**proposal.body, "reason": f"{proposal.reason} (approved: {reason})"}
        return self._done(CHANGES[proposal.change].carry_out(self.operated, Approval(proposal), body, caller))

    def withdraw(self, event: Event, caller: str) -> tuple[int, Body]:
        """Close a proposal that nobody is to carry out; whoever may ask for it may."""
        reason = reason_in(body_of(event))
        waiting = self.operated.proposals.open(number_of(event))
        return 200, {"proposal": self.operated.proposals.withdraw(waiting, actor=caller, reason=reason).to_json()}

    def listed(self) -> tuple[int, Body]:
        """The newest proposals, whatever became of them."""
        listed = [one.to_json() for one in self.operated.proposals.newest()]
        return 200, {"proposals": listed, "four_eyes": self.needs_approval}

    def shown(self) -> tuple[int, Body]:
        """What is in production."""
        return self._done(self.operated.stage.current())

    def _answered_before(self, event: Event) -> tuple[int, Body] | None:
        """What stands now, where this very request was carried out or proposed before: who hears no answer asks again."""
        name = request_id_of(event)
        if name is None:
            return None
        if any(entry.get("request_id") == name for entry in self.operated.stage.entries()):
            return self._done(self.operated.stage.current())
        waiting = [one for one in self.operated.proposals.newest() if one.body.get("request_id") == name]
        return (202, {"proposal": waiting[0].to_json()}) if waiting else None

    def _done(self, document: ControlDocument) -> tuple[int, Body]:
        return 200, self.operated.told(document)
