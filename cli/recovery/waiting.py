"""Something that waits to be ingested again, and the places where such things wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Record = Mapping[str, Any]


@dataclass
class Waiting:
    """An object, a message or a decision: its name for a person, its stream records, and why it cannot be taken yet."""

    name: str
    records: Sequence[Record]
    handle: Any = None  # by which its place finds it again
    why: list[str] = field(default_factory=list)  # it stays; empty: it was taken

    def stay(self, reason: str) -> None:
        """It waits on; a reason is said once."""
        if reason not in self.why:
            self.why.append(reason)


class Place(Protocol):
    """Where things wait: the bucket, the queue, the decisions table."""

    title: str
    noun: str

    def waiting(self) -> Iterator[Waiting]:
        """What waits there, as it is read."""

    def forget(self, taken: Sequence[Waiting]) -> None:
        """Delete what was ingested, and only that."""

    def release(self) -> None:
        """Let others see what stays."""
