"""What came along from Amazon Fraud Detector, in the way of notes, and what did not, with why and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Left:
    """Something that has no counterpart: a `kind` of definition, its name, why not, and what to do instead."""

    kind: str
    name: str
    why: str
    instead: str


@dataclass
class Telling:
    """Collects both."""

    notes: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something of what came along, once."""
        if text not in self.notes:
            self.notes.append(text)

    def leave(self, kind: str, name: str, why: str, instead: str) -> None:
        """Say what did not come along, once."""
        if (one := Left(kind, name, why, instead)) not in self.left:
            self.left.append(one)
