"""The model that a card is about, with what its bundle and its training say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from greenfraud.promotion import outcome_of
from reporting.execution.candidate import Candidate
from reporting.execution.change_figures import UNTOLD
from reporting.execution.documents import Documents
from reporting.units import UNAVAILABLE

CHOSEN = {"promote": "to be promoted", "shadow": "to be put in shadow"}
EARNED = {
    "promote": "good enough to be promoted, and another was chosen",
    "shadow": "promising, and another was chosen",
    "reject": "rejected",
}


@dataclass(frozen=True)
class Subject:
    """One challenger of an execution."""

    documents: Documents
    model: Candidate

    @classmethod
    def all_of(cls, documents: Documents) -> list[Subject]:
        """Return every challenger: whoever is promoted, by the gate or later by a person, has its card before."""
        return [cls(replace(documents, subject=one.name), one) for one in documents.models if one.is_challenger]

    @property
    def family(self) -> str:
        """Its family."""
        return str(self.model.body["family"])

    @property
    def bundle(self) -> Mapping[str, Any]:
        """The manifest of its bundle; empty where it could not be read."""
        return self.documents.manifests.get(self.model.name) or {}

    @property
    def trainings(self) -> Sequence[Mapping[str, Any]]:
        """What each training of this execution said, oldest first."""
        return self.documents.trainings.get(self.family) or ()

    @property
    def change(self) -> Mapping[str, Any]:
        """What it changes against what answered until then; empty where nobody told."""
        found: Mapping[str, Any] = (self.documents.curves.get("changes") or {}).get(self.model.name) or {}
        return found

    @property
    def no_change(self) -> str:
        """Why nobody told what it changes."""
        return str((self.documents.curves.get("changes") or {}).get("reason") or UNTOLD)

    @property
    def is_chosen(self) -> bool:
        """Whether the gate's decision names it."""
        return self.documents.chosen == self.model

    @property
    def verdict(self) -> str:
        """What the gate said of it, in a few words: what it has earned, and whether it was the one of several."""
        if not self.documents.decision.get("outcome"):
            return UNAVAILABLE
        outcome = outcome_of(self.documents.decision, self.model.name)
        return (CHOSEN if self.is_chosen else EARNED).get(outcome, outcome)

    @property
    def rival(self) -> str:
        """Whom the differences of its measures are against, in words."""
        of = self.model.against_rival[0]
        return self.documents.rival.name if of == "production" else f"the {of}" if of == "rules" else of

    @property
    def reasons(self) -> list[str]:
        """The gate's reasons but those that are about another challenger alone."""
        others = [one.name for one in self.documents.models if one.is_challenger and one != self.model]
        told = self.documents.decision.get("reasons") or []
        return [text for text in told if not any(_is_about(text, other) for other in others)]


def _is_about(reason: str, name: str) -> bool:
    """Whether a reason judges a challenger, or warns of its segments; who was chosen of several is everybody's."""
    is_warning = reason.startswith("warning, ") and f": {name} is worse than " in reason
    return is_warning or reason.startswith((f"{name} (", f"{name}:"))
