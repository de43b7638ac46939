"""The model that a card is about, with what its bundle and its training say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reporting.execution.candidate import Candidate
from reporting.execution.documents import Documents


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
    def is_chosen(self) -> bool:
        """Whether the gate's decision names it."""
        return self.documents.chosen == self.model

    @property
    def verdict(self) -> str:
        """What the gate decided about it, in a word."""
        outcome = str(self.documents.decision.get("outcome"))
        if outcome == "reject":
            return "rejected"
        return {"promote": "promoted", "shadow": "put in shadow"}.get(outcome, outcome) if self.is_chosen else "not chosen"

    @property
    def reasons(self) -> list[str]:
        """The gate's reasons about it, and those about nobody in particular."""
        others = {one.name for one in self.documents.models} - {self.model.name}
        return [text for text in self.documents.decision.get("reasons") or [] if text.partition(":")[0] not in others]
