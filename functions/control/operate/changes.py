"""What a person may change, whether at once, by a second person's word, or in an emergency.

Where four eyes are asked for, a change that somebody requests is stored as a proposal and carried out by whoever else approves
it, on the revision that it was proposed on. An emergency asks nobody: it is a permission of its own, its entry says so, and an
alarm rings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.control.approval import Approval
from functions.control.operate.person import person_of
from functions.control.operate.requests import Event, body_of, number_of, reason_in
from functions.control.production import Production
from functions.control.proposals import Proposals
from greenfraud.control import ControlDocument
from greenfraud.errors import StateConflict, UnknownCaller
from greenfraud.items.proposal import Proposal
from greenfraud.metrics import embedded_metrics

Body = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """How a request's body is checked, and how it is carried out by an actor."""

    fields: frozenset[str]  # of the body, beside `reason`
    carry_out: Callable[[Production, Body, str], ControlDocument]


CHANGES: Mapping[str, Change] = {
    "POST /v1/production/rollback": Change(
        frozenset(), lambda production, body, actor: production.roll_back(actor=actor, reason=body["reason"])
    ),
}
EMERGENCIES = {change.replace("/v1/", "/v1/emergency/", 1): change for change in CHANGES}


@dataclass(frozen=True)
class Changing:
    """The stores that a change needs; `approved` gives what production is changed by, under an approval."""

    approved: Callable[[Approval], Production]
    proposals: Proposals
    needs_approval: bool

    def request(self, route: str, event: Event, caller: str) -> tuple[int, Body]:
        """Carry out a change, or store that it is proposed: status and body of the answer."""
        change = CHANGES[route]
        body = body_of(event, change.fields)
        if not self.needs_approval:
            return 200, told(change.carry_out(self.approved(Approval()), body, caller))
        before = self.approved(Approval()).stage.current()
        proposal = self.proposals.add(route, body, proposer=caller, reason=body["reason"], revision=before.revision)
        return 202, {"proposal": proposal.to_json()}

    def emergency(self, route: str, event: Event, caller: str) -> tuple[int, Body]:
        """Carry out a change that nobody else was asked for, loudly."""
        change = CHANGES[EMERGENCIES[route]]
        body = body_of(event, change.fields)
        after = change.carry_out(self.approved(Approval(is_emergency=True)), body, caller)
        print(json.dumps(embedded_metrics({"EmergencyChange": 1}, {"EmergencyChange": "Count"})), flush=True)
        return 200, told(after)

    def approve(self, event: Event, caller: str) -> tuple[int, Body]:
        """Carry out what somebody else proposed, where nothing has changed since."""
        reason = reason_in(body_of(event))
        proposal = self.proposals.open(number_of(event))
        if person_of(caller) == person_of(proposal.proposer):
            raise UnknownCaller(
                f"proposal {proposal.number} is by {proposal.proposer}: somebody else approves it; "
                "sessions of one role count as one person, unless they are IAM Identity Center's"
            )
        production = self.approved(Approval(proposal))
        _check_revision(proposal, production.stage.current().revision)
        body = {**proposal.body, "reason": f"{proposal.reason} (approved: {reason})"}
        return 200, told(CHANGES[proposal.change].carry_out(production, body, caller))

    def withdraw(self, event: Event, caller: str) -> tuple[int, Body]:
        """Close a proposal that nobody is to carry out; whoever may ask for it may."""
        reason = reason_in(body_of(event))
        proposal = self.proposals.withdraw(self.proposals.open(number_of(event)), actor=caller, reason=reason)
        return 200, {"proposal": proposal.to_json()}

    def listed(self) -> tuple[int, Body]:
        """The newest proposals, whatever became of them."""
        return 200, {"proposals": [one.to_json() for one in self.proposals.newest()], "four_eyes": self.needs_approval}


def _check_revision(proposal: Proposal, revision: int) -> None:
    if proposal.revision != revision:
        raise StateConflict(
            f"proposal {proposal.number} was made at revision {proposal.revision}, and production is at {revision} now: "
            "withdraw it, and propose again what is still wanted"
        )


def told(document: ControlDocument) -> Body:
    """The document as the API tells it."""
    return {**document.to_json(), "policy": document.policy.to_json()}
