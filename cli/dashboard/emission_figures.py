"""Plots of what was emitted: by stage, over time, and per 1,000 decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cli.dashboard.axes import Plane
from cli.dashboard.band_lines import lines_over_bands
from cli.dashboard.bars import Bar, Quantity, lying_bars, standing_bars
from cli.dashboard.figure import Figure, Table
from cli.dashboard.kinds import in_family_order, in_kind_order, in_stage_order, key_entries, name_of
from cli.dashboard.points import Point
from cli.dashboard.totals import RULES, SERVE, Period, grams_by, grams_per_1000, kind_of, length_of, periods
from cli.dashboard.units import grams, unit_for
from greenfraud.carbon import EmissionsRecord

Records = Sequence[EmissionsRecord]


def by_stage(records: Records) -> Figure:
    """What each stage emitted in total; training split by family."""
    stages = {stage: [r for r in records if r.stage == stage] for stage in in_stage_order(record.stage for record in records)}
    bars = [_bar(stage, here) for stage, here in stages.items()]
    rows = [(bar.name, str(len(stages[bar.name])), bar.says) for bar in bars]
    plane = Plane(left=84.0, top=34.0)
    return Figure(
        "emissions-by-stage",
        "Emissions by stage",
        "Total of each stage so far. Training is split by model family; the other jobs are shared by all families.",
        Table(("Stage", "Records", "CO₂e"), rows),
        lying_bars(plane, bars, Quantity("CO₂e", "g"), key_entries(map(kind_of, records))) if bars else "",
        plane,
        "nothing was recorded yet",
    )


def over_time(records: Records, plane: Plane) -> Figure:
    """When it was emitted."""
    stretches = periods(records)
    length = length_of(stretches)
    stages = in_stage_order(record.stage for record in records)
    bars = [_bar(period.name, period.records) for period in stretches]
    rows = [(period.name, *_stage_cells(period, stages)) for period in stretches if period.records]
    quantity = Quantity(f"CO₂e per {length}", "g", foot="UTC")
    return Figure(
        "emissions-over-time",
        "Emissions over time",
        f"Grams of CO₂e per {length}, by the time the work ended (UTC). A family's part is its training; "
        "shared jobs make features, evaluate, materialise and report for all families.",
        Table(("From (UTC)", *stages), rows),
        standing_bars(plane, bars, quantity, key_entries(map(kind_of, records))) if bars else "",
        plane,
        "no record says when it was made",
    )


def answering(records: Records) -> Figure:
    """Grams per 1,000 decisions over time, by the model that answered."""
    stretches = periods([record for record in records if record.stage == SERVE])
    found = [(n, family, rate) for n, period in enumerate(stretches) for family, rate in _rates(period).items()]
    rows = [(stretches[n].name, family, grams(rate)) for n, family, rate in found]
    unit = unit_for(max((rate for *_, rate in found), default=0.0), "g")
    points = [Point(family, n, rate * unit.factor, hint=": ".join(row)) for (n, family, rate), row in zip(found, rows, strict=True)]
    title = f"CO₂e per 1,000 decisions, {unit.name}"
    return Figure(
        "emissions-of-answers",
        "Emissions per 1,000 decisions",
        f"Grams of CO₂e per 1,000 decisions in each {length_of(stretches)}, by the model that answered. "
        "The first answers of a function cost more: it loads the model.",
        Table(("From (UTC)", "Model", "CO₂e per 1,000"), rows, (0, 1)),
        lines_over_bands(points, [period.name for period in stretches], title, "UTC", from_zero=True) if points else "",
        unavailable="no decision was made yet",
    )


def _bar(name: str, records: Records) -> Bar:
    """One bar of records, split by kind."""
    totals = grams_by(records, map(kind_of, records))
    parts = [(kind, totals[kind], f"{name}, {name_of(kind)}: {grams(totals[kind])}") for kind in in_kind_order(totals)]
    bar = Bar(name, parts)
    return replace(bar, says=grams(bar.total))


def _rates(period: Period) -> dict[str, float]:
    families = in_family_order(record.family or RULES for record in period.records)
    found = {family: grams_per_1000(r for r in period.records if (r.family or RULES) == family) for family in families}
    return {family: rate for family, rate in found.items() if rate is not None}


def _stage_cells(period: Period, stages: Sequence[str]) -> list[str]:
    totals = grams_by(period.records, [record.stage for record in period.records])
    return [grams(totals[stage]) if stage in totals else "none" for stage in stages]
