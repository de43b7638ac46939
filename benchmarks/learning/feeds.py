"""A broken feed and a quiet month: what is remembered, and how well the following weeks are ranked, before and after.

*Before* is how the product learned until now: one week ranked far below the usual, at its own share of frauds, cut the past for
good, and no feed was ever looked at.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from rich.table import Table

from benchmarks.learning.generated_weeks import generated, sample
from benchmarks.learning.part import Part
from benchmarks.quality.contestants import after
from cli.data.world import WorldSpecification
from greenfraud.features.manifest import load_manifest
from training.features.chunk_profile import profile_of
from training.features.data_faults import MINIMUM_REFERENCE, REFERENCE_CHUNKS, faults_of
from training.model.drift import DRIFTED_SHARE, MINIMUM_REFERENCE_CHUNKS, ranked
from training.model.ranking import average_precision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.progress import Progress
    from training.model.checkpoint import Checkpoint
    from training.model.sample import Sample

FAMILY, CUSTOMERS = "light", 1_500
WORLDS = 2  # in which faults are looked for
USUAL_WEEKS, FOLLOWING_WEEKS = 9, 3
LOST = 0.75  # of the reports, in a week of a broken feed
QUIET = {"halved": 0.5, "quartered": 0.25}
LIVES = ("whole", "before", "ours", "quarantined")
DESCRIBED = {
    "whole": "no week was broken",
    "before": f"one week loses {LOST:.0%} of its reports; one week's own average precision tells drift, and cuts the past for good",
    "ours": "the same week is learned, because its fault is not seen; drift is told by two weeks at one share of frauds",
    "quarantined": "the same week is found at fault and not learned",
    "quiet": "precision of the weeks after it as the usual model ranks them, with fewer frauds, over that with all of them",
    "faults": f"each fault in each week of {WORLDS} worlds that has {MINIMUM_REFERENCE} weeks before it",
}
STEPS = WORLDS + 2 + len(LIVES) + len(QUIET)


class Life(NamedTuple):
    """What became of a model: frauds remembered after the broken week, and average precision of the weeks after it."""

    remembered: int
    precisions: list[float]


def run(progress: Progress, scale: float) -> Part:
    """Break feeds, thin frauds, and compare."""
    customers = max(100, round(CUSTOMERS * scale))
    days = 7 * (USUAL_WEEKS + FOLLOWING_WEEKS + 1)
    worlds = []
    for seed in range(WORLDS):
        worlds.append(list(generated(WorldSpecification(seed=2026 + seed, customers=customers, days=days)).values()))
        progress.finish(f"feeds: world {seed + 1}")
    caught = looked_for(worlds)
    progress.finish("feeds: faults looked for")
    weeks = [sample(table) for table in worlds[0]]
    known = learned_up_to(weeks[:USUAL_WEEKS])
    progress.finish("feeds: usual weeks")
    lives = {}
    for name in LIVES:
        lives[name] = live(name, known, weeks[USUAL_WEEKS:])
        progress.finish(f"feeds: {name}")
    measures = measures_of(lives) | caught
    for name, share in QUIET.items():
        before, ours = kept_precision(known, weeks[USUAL_WEEKS:], share)
        measures |= {f"quiet_{name}_precision_before": before, f"quiet_{name}_precision_ours": ours}
        progress.finish(f"feeds: frauds {name}")
    return Part(table_of(lives, measures), measures, DESCRIBED)


def learned_up_to(weeks: Sequence[Sample]) -> Checkpoint:
    """Return the model of some ordinary weeks."""
    parent = None
    for week in weeks:
        parent = after(FAMILY, parent, week, "week", seed=0)
    assert parent is not None
    return parent


def live(name: str, known: Checkpoint, weeks: Sequence[Sample]) -> Life:
    """Learn the weeks one after the other, the first of them broken; every week but that is ranked before it is learned."""
    parent, raw, remembered, precisions = known, list(known.usual_precisions), 0, []
    for number, week in enumerate(weeks):
        chunk = silenced(week) if number == 0 and name != "whole" else week
        if number:
            precisions.append(precision(parent, week))
        if not (name == "quarantined" and number == 0):
            started = as_before(parent, chunk, raw) if name == "before" else parent
            parent = after(FAMILY, started, chunk, "week", seed=0)
        if not number:
            remembered = int(parent.replay.is_fraud.sum())
    return Life(remembered, precisions)


def kept_precision(known: Checkpoint, weeks: Sequence[Sample], share: float) -> tuple[float, float]:
    """Return what is left of a week's precision where some of its frauds never happened: as it is, and at one share of frauds."""
    found = []
    for week in weeks:
        whole, quiet = (ranked(known, one, features(), torch.Generator().manual_seed(0)) for one in (week, thinned(week, share)))
        if whole and quiet:
            ratios = (quiet.average_precision / whole.average_precision, quiet.adjusted_precision / whole.adjusted_precision)
            found.append(ratios)
    before, ours = np.mean(found, axis=0)
    return float(before), float(ours)


def as_before(parent: Checkpoint, chunk: Sample, usual: list[float]) -> Checkpoint:
    """Return the parent so that the chunk cuts its past if it would have done so before; `usual` is how the weeks were ranked."""
    found = ranked(parent, chunk, features(), torch.Generator().manual_seed(0))
    current = found.average_precision if found and found.supported is not None else None
    is_cut = current is not None and len(usual) >= MINIMUM_REFERENCE_CHUNKS and current < DRIFTED_SHARE * median(usual)
    usual[:] = [] if is_cut else [*usual, *([] if current is None else [current])]
    nothing = chunk.take(torch.arange(0))
    if is_cut:
        return replace(parent, usual_precisions=[float("inf")] * 2, suspected=nothing, forgotten=None)
    return replace(parent, usual_precisions=[], suspected=None, forgotten=None)


def features() -> dict[str, str]:
    """Return the hash of each feature by its name."""
    return load_manifest().input_hashes


def precision(model: Checkpoint, week: Sample) -> float:
    """Return a model's average precision on a whole week."""
    with torch.no_grad():
        scores = model.network(week.values).numpy()
    return average_precision(scores, week.is_fraud.numpy())


def silenced(week: Sample) -> Sample:
    """Return a week that lost most of its reports: the frauds behind them count as legitimate."""
    is_told = torch.rand(len(week), generator=torch.Generator().manual_seed(1)) >= LOST
    return replace(week, is_fraud=week.is_fraud & is_told)


def thinned(week: Sample, share: float) -> Sample:
    """Return a week with fewer frauds, all else as it was."""
    is_kept = ~week.is_fraud | (torch.rand(len(week), generator=torch.Generator().manual_seed(2)) < share)
    return week.take(torch.nonzero(is_kept)[:, 0])


def looked_for(worlds: Sequence[Sequence[pa.Table]]) -> dict[str, float]:
    """Return the share of broken weeks that are found, by fault, and how many whole weeks are held."""
    names = list(load_manifest().names)
    found: dict[str, list[bool]] = {name: [] for name in ("whole", *FAULTS)}
    for tables in worlds:
        profiles = [profile_of(str(number), table, names) for number, table in enumerate(tables)]
        for number in range(MINIMUM_REFERENCE, len(tables)):
            before = profiles[max(0, number - REFERENCE_CHUNKS) : number]
            found["whole"].append(bool(faults_of(profiles[number], before)))
            for fault, spoil in FAULTS.items():
                spoiled = profile_of(str(number), spoil(tables[number]), names)
                found[fault].append(bool(faults_of(spoiled, before)))
    shares = {f"feed_{name}_found_share": float(np.mean(found[name])) for name in FAULTS}
    return shares | {"feed_false_quarantines": float(sum(found["whole"])), "feed_weeks_judged": float(len(found["whole"]))}


def _some(table: pa.Table, share: float, seed: int) -> np.ndarray:
    drawn: np.ndarray = np.random.default_rng(seed).random(table.num_rows) < share
    return drawn


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def _reports_lost(table: pa.Table) -> pa.Table:
    return _with(table, "is_fraud", pa.array(table["is_fraud"].to_numpy() & ~_some(table, LOST, 1)))


def _values_lost(table: pa.Table) -> pa.Table:
    name = "amount"
    return _with(table, name, pa.array(table[name].to_numpy(), mask=_some(table, 0.4, 2)))


FAULTS: Mapping[str, Callable[[pa.Table], pa.Table]] = {
    "half_traffic": lambda table: table.filter(pa.array(_some(table, 0.5, 3))),
    "double_traffic": lambda table: pa.concat_tables([table, table]),
    "lost_reports": _reports_lost,
    "lost_values": _values_lost,
    "constant_column": lambda table: _with(table, "amount", pa.array(np.full(table.num_rows, 1.0))),
}


def measures_of(lives: Mapping[str, Life]) -> dict[str, float]:
    """Return what was remembered and ranked, flat."""
    found = {f"broken_feed_remembered_{name}": float(life.remembered) for name, life in lives.items()}
    return found | {f"broken_feed_precision_{name}": float(np.mean(life.precisions)) for name, life in lives.items()}


def table_of(lives: Mapping[str, Life], measures: Mapping[str, float]) -> Table:
    """Return one line per life: frauds remembered after the broken week, and average precision of the weeks after it."""
    found = ", ".join(
        f"{name.removeprefix('feed_').removesuffix('_found_share').replace('_', ' ')} {value:.0%}"
        for name, value in measures.items()
        if name.endswith("_found_share")
    )
    false = f"whole weeks held: {measures['feed_false_quarantines']:.0f} of {measures['feed_weeks_judged']:.0f}"
    title = f"A week of lost reports, and the weeks after it.  Found: {found}; {false}"
    shown = Table(title=title, title_justify="left", box=None)
    for heading in ("", "frauds remembered", *(f"AP +{number + 1}" for number in range(FOLLOWING_WEEKS))):
        shown.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for name, life in lives.items():
        shown.add_row(name, f"{life.remembered:,}", *(f"{value:.4f}" for value in life.precisions[:FOLLOWING_WEEKS]))
    return shown
