"""What a pass through one store found and did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tally:
    """Counts of one store: objects or items looked at, rows changed or removed, rows and words that still name the person."""

    store: str
    searched: int = 0
    changed: int = 0
    hits: int = 0
    places: list[str] = field(default_factory=list)  # where the hits are; never what they are

    def __add__(self, other: Tally) -> Tally:
        """Return the counts of both, under this one's name."""
        return Tally(
            self.store,
            self.searched + other.searched,
            self.changed + other.changed,
            self.hits + other.hits,
            self.places + other.places,
        )
