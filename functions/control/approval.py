"""How a change of production came to be allowed: by the right to it alone, by a second person, or in an emergency."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from greenfraud.errors import StateConflict
from greenfraud.items.proposal import Proposal


@dataclass(frozen=True)
class Approval:
    """The proposal that a change carries out, if any, and whether it is an emergency, which asks nobody."""

    proposal: Proposal | None = None
    is_emergency: bool = False

    def entered(self, revision: int) -> dict[str, Any]:
        """What the ledger's entry says of it, for a change of what stands at a revision.

        Raises StateConflict where the proposal was made on another one: it was meant for what stood then.
        """
        if self.proposal is None:
            return {"is_emergency": self.is_emergency}
        if self.proposal.revision != revision:
            raise StateConflict(
                f"proposal {self.proposal.number} was made at revision {self.proposal.revision}, and production is at {revision} "
                "now: withdraw it, and propose again what is still wanted"
            )
        return {"proposal": self.proposal.number, "proposed_by": self.proposal.proposer}

    def closed(self, actor: str, reason: str) -> Proposal | None:
        """The proposal as it is once the change is made."""
        return None if self.proposal is None else closed(self.proposal, "applied", actor, reason)


def closed(proposal: Proposal, status: Any, actor: str, reason: str) -> Proposal:
    """A proposal that somebody has applied or withdrawn now."""
    at = datetime.now(UTC).isoformat()
    return dataclasses.replace(proposal, status=status, closed_by=actor, closed_at=at, closing_reason=reason)


ALONE = Approval()
