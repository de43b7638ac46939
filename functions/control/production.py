"""Changes of what is in production, each verified and entered in the ledger under the name of who made it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.control.documents import Artifacts
from functions.control.ledger import production_before
from functions.control.stage import Stage
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import ContractError, StateConflict
from greenfraud.items.ledger import Entry

Check = Callable[[ControlDocument], None]


@dataclass(frozen=True)
class Production:
    """The stores behind the changes."""

    stage: Stage
    artifacts: Artifacts

    def promote(  # noqa: PLR0913 - what, and what the ledger must know of it
        self,
        family: str,
        version: str,
        *,
        actor: str,
        reasons: Sequence[str],
        execution: str | None,
        check: Check = lambda _: None,
    ) -> ControlDocument:
        """Put a verified bundle into production. Promoting what is there already changes nothing.

        `check` raises where what stands now must not be replaced. Raises NotFound or BundleError when the bundle is missing or
        altered, StateConflict when another change came first.
        """
        reference, bundle = self.artifacts.verified(family, version)
        before = self.stage.current()
        if before.production == reference:
            return before
        check(before)
        figures = {"metrics": bundle.metrics, "emissions": bundle.emissions, "files": bundle.files}
        return self._replace(before, reference, verb="promote", actor=actor, reasons=reasons, execution=execution, **figures)

    def roll_back(self, *, actor: str, reason: str) -> ControlDocument:
        """Put back what stood before the newest promotion, which is verified first; repeated, it goes further back.

        Raises StateConflict when there is nothing to go back to, ContractError when that bundle is not what it was.
        """
        before = self.stage.current()  # first: a change that comes after it makes the replacement fail
        is_possible, production = production_before(self.stage.entries())
        if not is_possible:
            raise StateConflict("nothing has been promoted that could be rolled back")
        if production is not None and self.artifacts.verified(production.family, production.version)[0] != production:
            raise ContractError(f"{production.name} is no longer the bundle that was promoted")
        return self._replace(before, production, verb="rollback", actor=actor, reasons=[reason])

    def _replace(self, before: ControlDocument, production: ModelRef | None, **entered: Any) -> ControlDocument:
        after = dataclasses.replace(before, revision=before.revision + 1, production=production)
        at = datetime.now(UTC).isoformat()
        entry = Entry(revision=after.revision, at=at, production=production, previous=before.production, **entered)
        self.stage.replace(after, entry)
        return after
