"""Changes of what is in production, each verified and entered in the ledger under the name of who made it."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from functions.control.approval import ALONE, Approval
from functions.control.asked import Asked
from functions.control.change_figures import changes_of
from functions.control.documents import Artifacts
from functions.control.ledger import changes_taken_back, name_of, standing, taken_back
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.bundle import BundleManifest
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import BundleError, GreenFraudError, StateConflict
from greenfraud.items.ledger import PROMOTE, ROLL_BACK, Entry

Check = Callable[[ControlDocument], None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Production:
    """The stores behind the changes."""

    stage: Stage
    artifacts: Artifacts
    servable: Servable
    approval: Approval = ALONE

    def promote(
        self, family: str, version: str, asked: Asked, *, sha256: str | None = None, check: Check = lambda _: None
    ) -> ControlDocument:
        """Put a verified bundle into production, what was there behind it. Promoting what is there already changes nothing.

        `sha256` is the digest of the manifest that was judged, if known; `check` raises where what stands now must not be
        replaced. A canary ends: what it was compared with serves no more. Raises NotFound or BundleError when the bundle is
        missing or altered, UnservableError when the scoring function cannot serve it, StateConflict when another change came
        first, or the bundle is another one than was judged.
        """
        reference, bundle = self.artifacts.verified(family, version)
        reference.check_digest(sha256)
        before = self.stage.current()
        if before.production == reference:
            return before
        asked.check(before)
        check(before)
        self.servable.check(bundle)
        fallback = self._fallback(reference, [before.production, before.fallback])
        figures = {"metrics": bundle.metrics, "emissions": bundle.emissions, "files": bundle.files}
        figures["changes"] = changes_of(self.artifacts, reference, asked.execution)
        return self._replace(before, reference, fallback, asked, verb=PROMOTE, **figures)

    def roll_back(self, asked: Asked, *, to: str | None = None) -> ControlDocument:
        """Put back what stood before the newest promotion, which is verified first; repeated, it goes further back.

        `to` names a model that stood before, or the rules: repeated, that changes nothing. Raises StateConflict when there is
        nothing to go back to, Unconfirmed where only the rules would answer, BundleError when that bundle is not what it was,
        UnservableError when the scoring function cannot serve it. What a rollback took back is never the fallback, promoted
        before as often as it may have been. A canary ends.
        """
        before = self.stage.current()  # first: a change that comes after it makes the replacement fail
        if to is not None and name_of(before.production) == to:
            return before
        asked.check(before)
        entries = self.stage.entries()
        earlier = _down_to(to, standing(entries)[:-1])
        production = earlier.pop()
        if production is None:
            asked.confirm("no model stood before: only the rules would answer")
        else:
            self.servable.check(self._whole(production))
        refused = {before.production, *taken_back(entries)}
        fallback = self._fallback(production, (one for one in reversed(earlier) if one not in refused))
        changes = changes_taken_back(entries, before.production, production)
        return self._replace(before, production, fallback, asked, verb=ROLL_BACK, changes=changes)

    def behind(self, to: str | None = None) -> str:
        """What a rollback would put back, by name. Raises StateConflict when there is nothing."""
        return name_of(_down_to(to, standing(self.stage.entries())[:-1])[-1])

    def _whole(self, promoted: ModelRef) -> BundleManifest:
        """The bundle, which must be the one that was promoted. Raises NotFound or BundleError."""
        reference, bundle = self.artifacts.verified(promoted.family, promoted.version)
        if reference != promoted:
            raise BundleError(f"{promoted.name} is no longer the bundle that was promoted: name another that stood before")
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
        self, before: ControlDocument, production: ModelRef | None, fallback: ModelRef | None, asked: Asked, **entered: Any
    ) -> ControlDocument:
        shadow = None if before.shadow == production else before.shadow
        alone = dataclasses.replace(before, canary=None, canary_percent=0, shadow=shadow)
        after = dataclasses.replace(alone, revision=before.revision + 1, production=production, fallback=fallback)
        entry = Entry.of(before, after, **entered, **asked.entered(), **self.approval.entered(before.revision))
        self.stage.replace(after, entry, self.approval.closed(entry.actor, "; ".join(entry.reasons)))
        return after


def _down_to(to: str | None, earlier: list[ModelRef | None]) -> list[ModelRef | None]:
    """What stood before, oldest first, up to the one that is named, or all of it. Raises StateConflict where nothing did."""
    if not earlier:
        raise StateConflict("nothing has been promoted that could be rolled back")
    names = [name_of(one) for one in earlier]
    if to is None:
        return earlier
    if to not in names:
        raise StateConflict(f"{to} did not stand before what serves now, only {', '.join(dict.fromkeys(reversed(names)))}")
    return earlier[: len(names) - names[::-1].index(to)]
