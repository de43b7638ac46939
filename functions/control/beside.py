"""Changes of what stands beside production: a model in shadow, which answers nobody, and a canary, which answers a share."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from typing import Any

from functions.control.approval import ALONE, Approval
from functions.control.asked import Asked
from functions.control.documents import Artifacts
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import BundleError, ContractError, NotFound, StateConflict
from greenfraud.items.ledger import CANARY, SHADOW, Entry

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Beside:
    """The stores behind the changes."""

    stage: Stage
    artifacts: Artifacts
    servable: Servable
    approval: Approval = ALONE

    def shadow(self, reference: ModelRef | None, asked: Asked) -> ControlDocument:
        """Let a model score beside what answers, only logged; None takes it away. The one that is there already changes nothing.

        Raises StateConflict where another change came first or the model answers already, and what `verified` raises.
        """
        before = self.stage.current()
        if before.shadow == reference:
            return before
        asked.check(before)
        if reference is not None and reference in (before.production, before.canary):
            raise StateConflict(f"{reference.name} answers already: a shadow is a model that does not")
        return self._replace(before, asked, SHADOW, shadow=reference)

    def shadow_of_gate(self, name: str, sha256: str | None, asked: Asked) -> tuple[ControlDocument, str | None]:
        """The same for what a gate decided, and why it was left out, if it was: nobody is served worse without a shadow.

        Left out is what cannot be served, is gone, or is another bundle than was judged. Where a person was faster and the model
        answers already, nothing changes. Raises StateConflict where another change came first.
        """
        current = self.stage.current()
        try:
            reference = self.verified(name, sha256)
            self.servable.check_control(dataclasses.replace(current, shadow=reference))
        except (BundleError, ContractError, NotFound, StateConflict) as error:
            logger.warning("%s is not put in shadow: %s", name, error)
            return current, str(error)
        return (current if reference in (current.production, current.canary) else self.shadow(reference, asked)), None

    def canary(self, reference: ModelRef | None, percent: int, asked: Asked) -> ControlDocument:
        """Let a model answer a share of the customers; 0 percent takes it away. The share that it has already changes nothing.

        A shadow that becomes the canary is no shadow any more. Raises StateConflict where another change came first, nothing is
        in production or the model is, and what `verified` raises.
        """
        before = self.stage.current()
        wanted = (reference, percent) if reference and percent else (None, 0)
        if (before.canary, before.canary_percent) == wanted:
            return before
        asked.check(before)
        if wanted[0] is not None:
            _check_beside(before, wanted[0])
        shadow = None if before.shadow == wanted[0] else before.shadow
        return self._replace(before, asked, CANARY, canary=wanted[0], canary_percent=wanted[1], shadow=shadow)

    def verified(self, name: str, sha256: str | None = None) -> ModelRef:
        """The model of a name, family/version, whole and such that the scoring function can serve it.

        Raises NotFound, BundleError, UnservableError, and StateConflict where it is another bundle than the digest says.
        """
        family, _, version = name.partition("/")
        reference, bundle = self.artifacts.verified(family, version)
        reference.check_digest(sha256)
        self.servable.check(bundle)
        return reference

    def _replace(self, before: ControlDocument, asked: Asked, verb: str, **places: Any) -> ControlDocument:
        after = dataclasses.replace(before, revision=before.revision + 1, **places)
        self.servable.check_control(after)
        entry = Entry.of(before, after, verb=verb, **asked.entered(), **self.approval.entered(before.revision))
        self.stage.replace(after, entry, self.approval.closed(entry.actor, "; ".join(entry.reasons)))
        return after


def _check_beside(before: ControlDocument, canary: ModelRef) -> None:
    if before.production is None:
        raise StateConflict("no model is in production that would answer the other customers: promote one")
    if canary == before.production:
        raise StateConflict(f"{canary.name} is in production: it answers everybody already")
