"""Changes of what is in production, each verified and entered in the ledger under the name of who made it."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.control.approval import ALONE, Approval
from functions.control.documents import Artifacts
from functions.control.ledger import standing, taken_back
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.bundle import BundleManifest
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import ContractError, GreenFraudError, StateConflict
from greenfraud.items.ledger import Entry

Check = Callable[[ControlDocument], None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Production:
    """The stores behind the changes."""

    stage: Stage
    artifacts: Artifacts
    servable: Servable
    approval: Approval = ALONE

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
        """Put a verified bundle into production, what was there behind it. Promoting what is there already changes nothing.

        `check` raises where what stands now must not be replaced. Raises NotFound or BundleError when the bundle is missing or
        altered, UnservableError when the scoring function cannot serve it, StateConflict when another change came first.
        """
        reference, bundle = self.artifacts.verified(family, version)
        before = self.stage.current()
        if before.production == reference:
            return before
        check(before)
        self.servable.check(bundle)
        fallback = self._fallback(reference, [before.production, before.fallback])
        figures = {"metrics": bundle.metrics, "emissions": bundle.emissions, "files": bundle.files}
        return self._replace(
            before, reference, fallback, verb="promote", actor=actor, reasons=reasons, execution=execution, **figures
        )

    def roll_back(self, *, actor: str, reason: str) -> ControlDocument:
        """Put back what stood before the newest promotion, which is verified first; repeated, it goes further back.

        Raises StateConflict when there is nothing to go back to, ContractError when that bundle is not what it was,
        UnservableError when the scoring function cannot serve it. What a rollback took back is never the fallback, promoted
        before as often as it may have been.
        """
        before = self.stage.current()  # first: a change that comes after it makes the replacement fail
        entries = self.stage.entries()
        *earlier, _ = standing(entries)
        if not earlier:
            raise StateConflict("nothing has been promoted that could be rolled back")
        production = earlier.pop()
        if production is not None:
            self.servable.check(self._whole(production))
        refused = {before.production, *taken_back(entries)}
        fallback = self._fallback(production, (one for one in reversed(earlier) if one not in refused))
        return self._replace(before, production, fallback, verb="rollback", actor=actor, reasons=[reason])

    def _whole(self, promoted: ModelRef) -> BundleManifest:
        """The bundle, which must be the one that was promoted. Raises ContractError, NotFound or BundleError."""
        reference, bundle = self.artifacts.verified(promoted.family, promoted.version)
        if reference != promoted:
            raise ContractError(f"{promoted.name} is no longer the bundle that was promoted")
        return bundle

    def _fallback(self, production: ModelRef | None, candidates: Iterable[ModelRef | None]) -> ModelRef | None:
        """The first of these that is whole and can be served beside another production; without a production none."""
        for candidate in candidates if production else ():
            if candidate is None or candidate == production:
                continue
            try:
                self.servable.check(self._whole(candidate))
            except GreenFraudError as error:
                logger.warning("%s is no fallback: %s", candidate.name, error)
            else:
                return candidate
        return None

    def _replace(
        self, before: ControlDocument, production: ModelRef | None, fallback: ModelRef | None, **entered: Any
    ) -> ControlDocument:
        allowed = self.approval.entered(before.revision)
        after = dataclasses.replace(before, revision=before.revision + 1, production=production, fallback=fallback)
        at = datetime.now(UTC).isoformat()
        entry = Entry(
            revision=after.revision,
            at=at,
            production=production,
            previous=before.production,
            control=after.to_json(),
            **entered,
            **allowed,
        )
        self.stage.replace(after, entry, self.approval.closed(entry.actor, "; ".join(entry.reasons)))
        return after
