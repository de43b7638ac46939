"""What one module of this benchmark measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from rich.table import Table

    from benchmarks.progress import Progress


class Part(NamedTuple):
    """A table for a person, the measures by their names in the JSON, and how everything was built."""

    table: Table
    measures: dict[str, float]
    built: dict[str, str]


class Measured(Protocol):
    """A module of this benchmark: `STEPS` is how often its `run` finishes a part of the progress at any scale."""

    STEPS: int

    def run(self, progress: Progress, scale: float) -> Part:
        """Measure; `scale` enlarges or reduces its worlds."""
        ...
