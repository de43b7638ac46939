"""Plots of training chunk by chunk: what it emitted, and how well each family did on a chunk before it learned it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from cli.dashboard.figure import Figure
from cli.dashboard.mlflow_runs import MlflowRun
from cli.dashboard.theme import Rows, amounts, in_order, lines_over, round_ends, tooltip
from cli.dashboard.totals import TRAIN
from greenfraud.carbon import EmissionsRecord
from reporting.table import Table
from reporting.units import grams, number

PREQUENTIAL = "prequential_average_precision"


def by_family_and_chunk(records: Sequence[EmissionsRecord]) -> Figure:
    """What learning each chunk emitted, by family."""
    rows = [
        _point(record.family, record.chunk, record.emissions_g, grams(record.emissions_g))
        for record in records
        if record.stage == TRAIN and record.family and record.chunk
    ]
    y = alt.Y(
        "value:Q",
        title="CO₂e per training job",
        axis=amounts(max((row["value"] for row in rows), default=0.0), "g"),
        scale=round_ends(from_zero=True),
    )
    return Figure(
        "emissions-by-chunk",
        "Training emissions by family and chunk",
        "Grams of CO₂e of each training job. A chunk learned again has a point for each time; lines join the latest.",
        _table(rows, "not trained"),
        _lines(rows, y, "CO₂e") if rows else None,
        "nothing was trained yet",
    )


def learning(runs: Sequence[MlflowRun]) -> Figure:
    """Average precision on each chunk before it was learned, by family."""
    rows = [
        _point(run.tags["family"], run.tags["chunk"], run.metrics[PREQUENTIAL], number(run.metrics[PREQUENTIAL]))
        for run in runs
        if {"family", "chunk"} <= set(run.tags) and PREQUENTIAL in run.metrics
    ]
    return Figure(
        "learning",
        "Average precision before learning a chunk",
        "Each model scores a chunk before it is trained on it (from MLflow). The first chunk has no model to score it.",
        _table(rows, "unavailable"),
        _lines(rows, alt.Y("value:Q", title="Average precision", scale=round_ends(from_zero=False)), "AP") if rows else None,
        "MLflow has no run that scored a chunk before learning it",
    )


def first_day(chunk: str) -> str:
    """A chunk's first day.

    >>> first_day("20180501-20180508")
    '2018-05-01'
    """
    return f"{chunk[:4]}-{chunk[4:6]}-{chunk[6:8]}"


def _point(family: str, chunk: str, value: float, shown: str) -> dict[str, Any]:
    name = f"{family}, chunk {chunk}"
    return {"kind": family, "chunk": chunk, "place": first_day(chunk), "value": value, "shown": shown, "name": name}


def _lines(rows: Rows, y: alt.Y, measure: str) -> alt.LayerChart:
    return lines_over(rows, sorted({row["place"] for row in rows}), "first day of the chunk", y, tooltip("name", shown=measure))


def _table(rows: Rows, absent: str) -> Table:
    """A line for each chunk and a column for each family; of a chunk learned again, every value."""
    families = in_order(row["kind"] for row in rows)
    cells: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        cells.setdefault((row["chunk"], row["kind"]), []).append(row["shown"])
    chunks = sorted({row["chunk"] for row in rows})
    return Table(("Chunk", *families), [(c, *(" + ".join(cells.get((c, f), [absent])) for f in families)) for c in chunks])
