"""Plots of what was emitted: by stage, over time, and per 1,000 decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from cli.dashboard.figure import Figure
from cli.dashboard.theme import (
    HEIGHT,
    STAGES,
    Rows,
    amounts,
    bands,
    coloured,
    in_order,
    lines_over,
    name_of,
    round_ends,
    tooltip,
)
from cli.dashboard.totals import RULES, SERVE, Period, grams_by, grams_per_1000, kind_of, length_of, periods
from greenfraud.carbon import EmissionsRecord
from reporting.table import Table
from reporting.units import grams

THICKNESS = "min(bandwidth('x') * 0.8, 44)"  # of a standing bar, in pixels: a few of them stay slim
ROUND = round_ends(from_zero=True)
Records = Sequence[EmissionsRecord]
SPENT = tooltip("name", who="of", spent="CO₂e")


def by_stage(records: Records) -> Figure:
    """What each stage emitted in total; training split by family."""
    stages = {stage: [r for r in records if r.stage == stage] for stage in in_order((r.stage for r in records), STAGES)}
    totals = {stage: sum(record.emissions_g for record in here) for stage, here in stages.items()}
    return Figure(
        "emissions-by-stage",
        "Emissions by stage",
        "Total of each stage so far. Training is split by model family; the other jobs are shared by all families.",
        Table(("Stage", "Records", "CO₂e"), [(stage, str(len(stages[stage])), grams(total)) for stage, total in totals.items()]),
        _lying(stages, totals) if stages else None,
        "nothing was recorded yet",
    )


def over_time(records: Records) -> Figure:
    """When it was emitted."""
    stretches = periods(records)
    length = length_of(stretches)
    stages = in_order((record.stage for record in records), STAGES)
    return Figure(
        "emissions-over-time",
        "Emissions over time",
        f"Grams of CO₂e per {length}, by the time the work ended (UTC). A family's part is its training; "
        "shared jobs make features, evaluate, materialise and report for all families.",
        Table(("From (UTC)", *stages), [(p.name, *_stage_cells(p, stages)) for p in stretches if p.records]),
        _standing(stretches, f"CO₂e per {length}") if stretches else None,
        "no record says when it was made",
        is_wide=len(stretches) > 12,
    )


def answering(records: Records) -> Figure:
    """Grams per 1,000 decisions over time, by the model that answered."""
    stretches = periods([record for record in records if record.stage == SERVE])
    length = length_of(stretches)
    rows: list[dict[str, Any]] = [
        {"kind": family, "value": rate, "place": period.name, "spent": grams(rate)}
        for period in stretches
        for family, rate in _rates(period).items()
    ]
    return Figure(
        "emissions-of-answers",
        "Emissions per 1,000 decisions",
        f"Grams of CO₂e per 1,000 decisions in each {length}, by the model that answered. "
        "The first answers of a function cost more: it loads the model.",
        Table(("From (UTC)", "Model", "CO₂e per 1,000"), [(row["place"], row["kind"], row["spent"]) for row in rows], (0, 1)),
        _rates_over_time(stretches, rows) if rows else None,
        "no decision was made yet",
    )


def _lying(stages: Mapping[str, Records], totals: Mapping[str, float]) -> alt.LayerChart:
    parts = [row for stage, here in stages.items() for row in _parts(stage, here)]
    most, beside = max(totals.values()), alt.ExprRef("width - 62")  # the totals stand there
    x = alt.X(
        "grams:Q", title="CO₂e", axis=amounts(most, "g", grid=True, tickCount=3), scale=alt.Scale(nice=False, range=[0, beside])
    )
    y = alt.Y("name:N", sort=list(totals), title=None)
    bars = coloured(parts).mark_bar().encode(x=x, y=y, order="order:O", tooltip=SPENT)
    ends = [{"name": stage, "grams": total, "spent": grams(total)} for stage, total in totals.items()]
    return bars.properties(height=32 * len(stages)) + alt.Chart(alt.Data(values=ends)).mark_text(dx=6).encode(
        x=x, y=y, text="spent:N"
    )


def _standing(stretches: Sequence[Period], title: str) -> alt.Chart:
    rows = [row for period in stretches for row in _parts(period.name, period.records)]
    most = max(sum(record.emissions_g for record in period.records) for period in stretches)
    x = bands("name", [period.name for period in stretches], "UTC")
    y = alt.Y("grams:Q", title=title, axis=amounts(most, "g"), scale=ROUND)
    bars = coloured(rows).mark_bar(width=alt.ExprRef(THICKNESS))
    return bars.encode(x=x, y=y, order="order:O", tooltip=SPENT).properties(height=HEIGHT)


def _rates_over_time(stretches: Sequence[Period], rows: Rows) -> alt.LayerChart:
    axis = amounts(max(row["value"] for row in rows), "g")
    y = alt.Y("value:Q", title="CO₂e per 1,000 decisions", axis=axis, scale=ROUND)
    tips = tooltip("place", kind="model", spent="CO₂e per 1,000")
    return lines_over(rows, [period.name for period in stretches], "UTC", y, tips)


def _parts(name: str, records: Records) -> list[dict[str, Any]]:
    """A bar's parts, one for each kind of work."""
    totals = grams_by(records, map(kind_of, records))
    return [
        {"kind": kind, "order": n, "name": name, "who": name_of(kind), "grams": totals[kind], "spent": grams(totals[kind])}
        for n, kind in enumerate(in_order(totals))
    ]


def _rates(period: Period) -> dict[str, float]:
    families = in_order(record.family or RULES for record in period.records)
    found = {family: grams_per_1000(r for r in period.records if (r.family or RULES) == family) for family in families}
    return {family: rate for family, rate in found.items() if rate is not None}


def _stage_cells(period: Period, stages: Sequence[str]) -> list[str]:
    totals = grams_by(period.records, [record.stage for record in period.records])
    return [grams(totals[stage]) if stage in totals else "none" for stage in stages]
