"""A list of the policy: customers, terminals, or values of a declared column, by name, each until its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple, get_args

from greenfraud.errors import ContractError
from greenfraud.policy.conditions import ON_LIST
from greenfraud.policy.decisions import DECISIONS, Decision

# force      the answer is never milder than the list's outcome
# suppress   model and rules say at most the list's outcome; guardrails and forcing lists hold all the same
# mark       decides nothing; rules ask who stands on it
Effect = Literal["force", "suppress", "mark"]
EFFECTS: tuple[Effect, ...] = get_args(Effect)


class ListEntry(NamedTuple):
    """Until when, in microseconds since the epoch, an entry holds, None for always; why, and who wrote it."""

    until_us: int | None = None
    reason: str = ""
    author: str = ""


@dataclass(frozen=True)
class NamedList:
    """Who stands on it, by `column` of the payment; `entries` are by id, or by its token where ids are tokens."""

    name: str
    column: str
    effect: Effect
    outcome: Decision = "allow"
    entries: Mapping[str, ListEntry] = field(default_factory=dict, hash=False)

    @property
    def fact(self) -> str:
        """The name under which rules ask for it."""
        return ON_LIST + self.name

    def has(self, value: str | None, at_us: int) -> bool:
        """Tell whether a value stands on it at a moment; the end itself is the first moment when it no longer does."""
        entry = None if value is None else self.entries.get(value)
        return entry is not None and (entry.until_us is None or at_us < entry.until_us)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; `from_json` gives the same list back."""
        return {**vars(self), "entries": {name: list(entry) for name, entry in self.entries.items()}}

    def described(self) -> dict[str, Any]:
        """Return what may be shown of it: never who stands on it."""
        return {**vars(self), "entries": len(self.entries)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> NamedList:
        """Read the stored form. Raises ContractError for what this release would misread."""
        if body.keys() - {one.name for one in fields(cls)} or body["effect"] not in EFFECTS or body["outcome"] not in DECISIONS:
            raise ContractError("a list of the policy says something that this release does not know")
        return cls(**{**body, "entries": {name: ListEntry(*entry) for name, entry in body["entries"].items()}})
