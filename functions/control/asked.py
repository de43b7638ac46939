"""Who asks for a change of what serves, why, and what was in force when it was decided on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from greenfraud.control import ControlDocument
from greenfraud.errors import StateConflict, Unconfirmed


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`revision` is what the caller saw, if told; `is_confirmed` that what may not be meant is meant."""

    actor: str
    reasons: Sequence[str]
    execution: str | None = None
    revision: int | None = None
    request_id: str | None = None
    is_confirmed: bool = False

    def check(self, document: ControlDocument) -> None:
        """Raises StateConflict where something has changed since the caller looked."""
        if self.revision is None or self.revision == document.revision:
            return
        serving = document.production.name if document.production else "no model"
        raise StateConflict(
            f"this was decided on at revision {self.revision}, and production is at {document.revision} now, where {serving} "
            "serves: somebody else was first. Look at `greenfraud history`, and ask again for what is still wanted"
        )

    def confirm(self, consequence: str) -> None:
        """Raises Unconfirmed with a consequence, unless it is meant."""
        if not self.is_confirmed:
            raise Unconfirmed(f"{consequence}; nothing is changed: ask again with `confirmed` if this is meant")

    def entered(self) -> dict[str, Any]:
        """What the ledger's entry says of it."""
        return {
            "actor": self.actor,
            "reasons": list(self.reasons),
            "execution": self.execution,
            "request_id": self.request_id,
        }
