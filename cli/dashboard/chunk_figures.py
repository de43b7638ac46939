"""Plots of training chunk by chunk: what it emitted, and how well each family did on a chunk before it learned it."""

from __future__ import annotations

from collections.abc import Sequence

from cli.dashboard.band_lines import lines_over_bands
from cli.dashboard.figure import Figure, Table
from cli.dashboard.kinds import in_family_order
from cli.dashboard.mlflow_runs import MlflowRun
from cli.dashboard.points import Point
from cli.dashboard.totals import TRAIN
from cli.dashboard.units import grams, number, unit_for
from greenfraud.carbon import EmissionsRecord

PREQUENTIAL = "prequential_average_precision"
FOOT = "first day of the chunk"


def by_family_and_chunk(records: Sequence[EmissionsRecord]) -> Figure:
    """What learning each chunk emitted, by family."""
    jobs = [(r.family, r.chunk, r.emissions_g) for r in records if r.stage == TRAIN and r.family and r.chunk]
    chunks = sorted({chunk for _, chunk, _ in jobs})
    families = in_family_order(family for family, _, _ in jobs)
    unit = unit_for(max((spent for *_, spent in jobs), default=0.0), "g")
    points = [
        Point(family, chunks.index(chunk), spent * unit.factor, hint=f"{family}, chunk {chunk}: {grams(spent)}")
        for family, chunk, spent in jobs
    ]
    rows = [(chunk, *(_spent(jobs, family, chunk) for family in families)) for chunk in chunks]
    title = f"CO₂e per training job, {unit.name}"
    return Figure(
        "emissions-by-chunk",
        "Training emissions by family and chunk",
        "Grams of CO₂e of each training job. A chunk learned again has a point for each time; lines join the latest.",
        Table(("Chunk", *families), rows),
        lines_over_bands(points, [first_day(chunk) for chunk in chunks], title, FOOT, from_zero=True) if points else "",
        unavailable="nothing was trained yet",
    )


def learning(runs: Sequence[MlflowRun]) -> Figure:
    """Average precision on each chunk before it was learned, by family."""
    scored = [(run.tags["family"], run.tags["chunk"], run.metrics[PREQUENTIAL]) for run in runs if _has_scored(run)]
    chunks = sorted({chunk for _, chunk, _ in scored})
    families = in_family_order(family for family, _, _ in scored)
    points = [Point(f, chunks.index(chunk), value, hint=f"{f}, chunk {chunk}: AP {value:.3f}") for f, chunk, value in scored]
    rows = [(chunk, *(_learned(scored, family, chunk) for family in families)) for chunk in chunks]
    return Figure(
        "learning",
        "Average precision before learning a chunk",
        "Each model scores a chunk before it is trained on it (from MLflow). The first chunk has no model to score it.",
        Table(("Chunk", *families), rows),
        lines_over_bands(points, [first_day(chunk) for chunk in chunks], "Average precision", FOOT, from_zero=False)
        if points
        else "",
        unavailable="MLflow has no run that scored a chunk before learning it",
    )


def first_day(chunk: str) -> str:
    """A chunk's first day.

    >>> first_day("20180501-20180508")
    '2018-05-01'
    """
    return f"{chunk[:4]}-{chunk[4:6]}-{chunk[6:8]}"


def _has_scored(run: MlflowRun) -> bool:
    return {"family", "chunk"} <= set(run.tags) and PREQUENTIAL in run.metrics


def _spent(jobs: Sequence[tuple[str, str, float]], family: str, chunk: str) -> str:
    found = [grams(spent) for of, on, spent in jobs if (of, on) == (family, chunk)]
    return " + ".join(found) or "not trained"


def _learned(scored: Sequence[tuple[str, str, float]], family: str, chunk: str) -> str:
    found = [value for of, on, value in scored if (of, on) == (family, chunk)]
    return number(found[-1] if found else None)
