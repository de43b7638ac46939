"""The ledger of promotions: every change of what is in production, appended in the change's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from greenfraud.control import ModelRef


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Who changed production to what, when and why, with the figures it was decided on."""

    revision: int
    verb: str
    at: str
    actor: str
    reasons: Sequence[str]
    production: ModelRef | None
    previous: ModelRef | None
    execution: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    emissions: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "revision": self.revision,
            "verb": self.verb,
            "at": self.at,
            "actor": self.actor,
            "reasons": list(self.reasons),
            "production": self.production and self.production.to_json(),
            "previous": self.previous and self.previous.to_json(),
            "execution": self.execution,
            "metrics": self.metrics,
            "emissions": self.emissions,
            "files": self.files,
        }


def production_before(entries: Iterable[dict[str, Any]]) -> tuple[bool, ModelRef | None]:
    """Whether anything was promoted that can be undone, and what stood before it (None: the rules).

    A rollback undoes the newest promotion that has not been undone yet, so that repeating it goes further back.
    """
    promoted: list[ModelRef | None] = [None]
    for entry in entries:
        if entry["verb"] == "promote":
            promoted.append(ModelRef.from_json(entry["production"]))
        elif entry["verb"] == "rollback" and len(promoted) > 1:
            promoted.pop()
    return len(promoted) > 1, promoted[-2] if len(promoted) > 1 else None
