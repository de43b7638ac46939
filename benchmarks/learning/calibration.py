"""Whether probabilities can be taken at their word: slope, and frauds expected over frauds that came, over many holdouts."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from benchmarks.learning.before import as_before
from benchmarks.learning.links import LINKS, Figures, doubled, figures, halved, links, world
from benchmarks.learning.part import Part

if TYPE_CHECKING:
    from benchmarks.progress import Progress

STEPS = 1 + 3 * LINKS
CHANGED = {"halved": halved, "doubled": doubled}
MEANINGS = {
    "": "every row",
    "blocked": "without what the parent blocked, in chunk and holdout",
    "halved": "half the frauds in the newest chunk and the holdout",
    "doubled": "twice the odds of a fraud in the newest chunk and the holdout",
    "before": "every row, learned as before",
}


def run(progress: Progress, scale: float) -> Part:
    """Measure over every week of a world that can be judged."""
    weeks = world(scale)
    progress.finish("calibration: features")
    found: dict[str, list[Figures]] = {name: [] for name in MEANINGS}
    for name in ("", "blocked", "before"):
        with as_before() if name == "before" else nullcontext():
            for link in links(weeks, is_blocking=name == "blocked"):
                if link.judged is not None:
                    found[name].append(figures(link.child, link.judged))
                    for changed, change in CHANGED.items() if not name else ():
                        found[changed].append(figures(link.learned(change), change(link.judged)))
                progress.finish(f"calibration: chunk {link.number} {name}".rstrip())
    measures: dict[str, float] = {}
    for name, of in found.items():
        ending = f"_{name}" if name else ""
        measures[f"calibration_slope{ending}"] = float(np.mean([one.slope for one in of]))
        measures[f"expected_over_observed{ending}"] = float(np.mean([one.ratio for one in of]))
    measures["calibration_holdouts"] = float(len(found[""]))
    return Part(_table(found), measures, {"before": "a third of the negatives the chunk's, Platt scaling on rows just learned"})


def _table(found: dict[str, list[Figures]]) -> Table:
    table = Table(
        title="Calibration on holdouts two weeks after the chunk: mean and standard error", title_justify="left", box=None
    )
    for heading in ("", "holdouts", "slope", "expected / observed", "frauds expected", "frauds"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, of in found.items():
        sums = f"{sum(one.expected for one in of):,.0f}", f"{sum(one.observed for one in of):,.0f}"
        means = (_mean([getattr(one, figure) for one in of]) for figure in ("slope", "ratio"))
        table.add_row(MEANINGS[name], str(len(of)), *means, *sums)
    return table


def _mean(values: list[float]) -> str:
    return f"{np.mean(values):.3f} ± {np.std(values) / np.sqrt(len(values)):.3f}"
