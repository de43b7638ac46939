"""Whether a chunk of another share of frauds, or one with a feature that the past lacks, bends the odds of everything else."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from rich.table import Table

from benchmarks.learning.before import as_before
from benchmarks.learning.links import DECLARED, LINKS, fraudless, halved, links, world
from benchmarks.learning.part import Part

if TYPE_CHECKING:
    from benchmarks.learning.links import Link
    from benchmarks.progress import Progress
    from training.model.network import FraudNetwork
    from training.model.sample import Sample

STEPS, EVERY = 1 + 2 * LINKS, 3
MEANINGS = {
    "noise_expected_shift": "a feature of noise that the past lacks: frauds expected, against without it",
    "fraudless_expected_shift": "a chunk without frauds: frauds expected, against the model before it",
    "fraudless_against_learned_shift": "the same, against the chunk as it was, whose frauds taught something",
    "halved_expected_shift": "half the frauds in the chunk, which is to be followed: frauds expected, against the chunk as it was",
}


def run(progress: Progress, scale: float) -> Part:
    """Measure at every third week, as chunks are learned now and as they were before."""
    weeks = [(with_noise(chunk, None), judged and with_noise(judged, None)) for chunk, judged in world(scale)]
    progress.finish("prior: features")
    found: dict[str, dict[str, list[float]]] = {}
    for way in ("now", "before"):
        shifts: dict[str, list[float]] = {name: [] for name in MEANINGS}
        with as_before() if way == "before" else nullcontext():
            for link in links(weeks):
                if link.judged is not None and link.number % EVERY == 0:
                    for name, shift in zip(MEANINGS, shifts_of(link, link.judged), strict=True):
                        shifts[name].append(shift)
                progress.finish(f"prior: chunk {link.number}, {way}")
        found[way] = shifts
    means = {way: {name: float(np.mean(of)) for name, of in shifts.items()} for way, shifts in found.items()}
    measures = means["now"] | {f"{name}_before": shift for name, shift in means["before"].items()}
    return Part(_table(means), measures, {"before": "a third of the negatives the chunk's, Platt scaling on rows just learned"})


def shifts_of(link: Link, judged: Sample) -> tuple[float, float, float, float]:
    """Return by what share frauds expected change, in the order of MEANINGS."""
    usual = expected(link.child, judged)
    before = expected(link.parent.network, judged) if link.parent else usual
    noisy = expected(link.learned(lambda chunk: with_noise(chunk, link.number)), with_noise(judged, -link.number))
    quiet, half = (expected(link.learned(change), judged) for change in (fraudless, halved))
    return noisy / usual - 1.0, quiet / before - 1.0, quiet / usual - 1.0, half / usual - 1.0


def expected(network: FraudNetwork, judged: Sample) -> float:
    """Return the frauds that a model announces."""
    with torch.no_grad():
        return float(network(judged.values).sum())


def with_noise(rows: Sample, seed: int | None) -> Sample:
    """Return the rows with one more feature that says nothing, or, without a seed, is missing; an earlier one gives way."""
    kept = rows.values[:, :DECLARED]
    noise = torch.full((len(rows), 1), torch.nan)
    if seed is not None:
        noise = torch.rand(len(rows), 1, generator=torch.Generator().manual_seed(1_000 + seed))
    return replace(rows, values=torch.cat([kept, noise], 1))


def _table(means: dict[str, dict[str, float]]) -> Table:
    table = Table(title="What a chunk does to the frauds expected of all others", title_justify="left", box=None)
    for heading in ("", "before", "now"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, meaning in MEANINGS.items():
        table.add_row(meaning, f"{means['before'][name]:+.1%}", f"{means['now'][name]:+.1%}")
    return table
