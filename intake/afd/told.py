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
    """Collects both, each once and in the order in which it was said."""

    _notes: dict[str, None] = field(default_factory=dict)
    _left: dict[Left, None] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What is to be known of what came along."""
        return [*self._notes]

    @property
    def left(self) -> list[Left]:
        """What did not come along."""
        return [*self._left]

    def note(self, text: str) -> None:
        """Say something of what came along."""
        self._notes[text] = None

    def leave(self, kind: str, name: str, why: str, instead: str) -> None:
        """Say what did not come along."""
        self._left[Left(kind, name, why, instead)] = None
