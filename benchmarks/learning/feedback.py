"""The feedback loop: a model's own decisions take the labels away that it would have learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.learning.part import Part

if TYPE_CHECKING:
    from benchmarks.progress import Progress

STEPS = 1


def run(progress: Progress, scale: float) -> Part:
    """Score, block, hear nothing, learn, week after week."""
    progress.finish(f"feedback loop at {scale:g}")
    return Part(Table(title="The feedback loop", title_justify="left", box=None), {}, {})
