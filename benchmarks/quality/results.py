"""Means over weeks and seeds with their intervals, as flat measures and as a table for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from benchmarks.quality.contestants import CONTROL, CONTROLLED
from benchmarks.quality.data import ENTITIES
from benchmarks.quality.measures import NAMES, SHOWN, interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.quality.contestants import Costs
    from greenfraud.chunks import Chunk

    Floats = NDArray[np.floating[Any]]

REFERENCE = "xgboost"
AVERAGE_PRECISION, EXPECTED = NAMES.index("average_precision"), NAMES.index("expected_over_observed")


@dataclass
class Result:
    """Figures of one contestant: per week one array [1 + resamples, measures] per seed, and costs per seed.

    `unseen` has those of the same rows as if nobody had ever seen their customers, or their terminals.
    """

    by_week: dict[Chunk, list[Floats]] = field(default_factory=dict)
    costs: list[Costs] = field(default_factory=list)
    unseen: dict[str, Result] = field(default_factory=dict)

    def add(self, week: Chunk, figures: Floats) -> None:
        """Keep the figures of one week and seed."""
        self.by_week.setdefault(week, []).append(figures)

    def overall(self) -> Floats:
        """Return [1 + resamples, measures], means over weeks and seeds."""
        return np.asarray(np.mean([np.mean(figures, axis=0) for figures in self.by_week.values()], axis=0))

    def average_precision_of(self, week: Chunk) -> float:
        """Return one week's average precision, mean over seeds."""
        return float(np.mean([figures[0, AVERAGE_PRECISION] for figures in self.by_week[week]]))

    def seed_spread(self) -> float:
        """Return the standard deviation over seeds of the weeks' mean average precision."""
        means = np.mean([[figures[0, AVERAGE_PRECISION] for figures in week] for week in self.by_week.values()], axis=0)
        return float(np.std(means, ddof=1)) if len(means) > 1 else 0.0


def flat(results: Mapping[str, Result]) -> dict[str, float]:
    """Return every measure by name that could be computed."""
    measures: dict[str, float] = {}
    for name, result in results.items():
        measures |= _figures(name, result)
        measures |= {f"{name}_average_precision_seed_sd": result.seed_spread(), **_costs(name, result)}
        weeks = {week: f"{week.start_day:%Y%m%d}" for week in result.by_week}
        measures |= {f"{name}_average_precision_{day}": result.average_precision_of(week) for week, day in weeks.items()}
        for entities, unseen in result.unseen.items():
            measures |= _figures(f"{name}_unseen_{entities}", unseen)
    measures |= _differences(results) | _hiding(results)
    return {name: value for name, value in measures.items() if isfinite(value)}  # what could not be computed is left out


def _figures(name: str, result: Result) -> dict[str, float]:
    overall, measures = result.overall(), dict[str, float]()
    for index, measure in enumerate(NAMES):
        low, high = interval(overall[1:, index])
        measures |= {f"{name}_{measure}": float(overall[0, index])}
        measures |= {f"{name}_{measure}_low": low, f"{name}_{measure}_high": high}
    return measures


def _costs(name: str, result: Result) -> dict[str, float]:
    units = ("cpu_seconds", "energy_kwh", "emissions_g")
    return {f"{name}_{unit}": float(np.mean([getattr(cost, unit) for cost in result.costs])) for unit in units}


def _differences(results: Mapping[str, Result]) -> dict[str, float]:
    """Return how far each contestant's average precision lies above the reference's."""
    reference, measures = results.get(REFERENCE), dict[str, float]()
    for name, result in results.items():
        if reference and name != REFERENCE:
            measures |= _difference(f"{name}_average_precision_over_{REFERENCE}", result, reference)
    return measures


def _hiding(results: Mapping[str, Result]) -> dict[str, float]:
    """Return what hiding a share of rows' pasts while learning gives: on rows as they are, and on those without a past."""
    ours, control, measures = results.get(CONTROLLED), results.get(CONTROL), dict[str, float]()
    if ours and control:
        measures |= _difference(f"{CONTROLLED}_average_precision_over_{CONTROL}", ours, control)
        for entities, unseen in ours.unseen.items():
            name = f"{CONTROLLED}_unseen_{entities}_average_precision_over_{CONTROL}"
            measures |= _difference(name, unseen, control.unseen[entities])
    return measures


def _difference(name: str, result: Result, other: Result) -> dict[str, float]:
    """Return by how much the average precision is higher, on the same resamples."""
    difference = result.overall()[:, AVERAGE_PRECISION] - other.overall()[:, AVERAGE_PRECISION]
    low, high = interval(difference[1:])
    return {name: float(difference[0]), f"{name}_low": low, f"{name}_high": high}


def table(results: Mapping[str, Result]) -> Table:
    """Return the comparison: per contestant a line of its rows as they are, and one without each past; what hiding gives below."""
    weeks = sorted(next(iter(results.values())).by_week)
    shown = Table(title="Mean over weeks and seeds; average precision per week on the right", title_justify="left", box=None)
    of_weeks = [f"{week.start_day:%m-%d}" for week in weeks]
    for heading in ("", "AUC ROC", "AP", "AP 95 %", "CP@100", "exp/obs", "CPU s", "gCO2e", *of_weeks):
        shown.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for name, result in results.items():
        costs = _costs("", result)
        shown.add_row(name, *_line(result, weeks, f"{costs['_cpu_seconds']:.1f}", f"{costs['_emissions_g']:.4f}"))
        for entities, unseen in result.unseen.items():
            shown.add_row(f"  its {entities} never seen", *_line(unseen, weeks, "", ""), style="dim")
    shown.caption, shown.caption_justify = _caption(_hiding(results)), "left"
    return shown


def _line(result: Result, weeks: Sequence[Chunk], *costs: str) -> list[str]:
    overall = result.overall()
    low, high = interval(overall[1:, AVERAGE_PRECISION])
    auc_roc, average_precision, card_precision = (f"{value:.4f}" for value in overall[0, : len(SHOWN)])
    per_week = [f"{result.average_precision_of(week):.4f}" for week in weeks]
    expected = f"{overall[0, EXPECTED]:.2f}"
    return [auc_roc, average_precision, f"{low:.3f}-{high:.3f}", card_precision, expected, *costs, *per_week]


def _caption(hiding: Mapping[str, float]) -> str:
    """Say what learning some rows without their past changes, for rows as they are first."""
    names = [name for name in hiding if not name.endswith(("_low", "_high"))]
    told = [f"{_rows(name)} {hiding[name]:+.4f} ({hiding[f'{name}_low']:+.4f} to {hiding[f'{name}_high']:+.4f})" for name in names]
    return f"AP of {CONTROLLED} over {CONTROL} (95 %): {'; '.join(told)}" if told else ""


def _rows(measure: str) -> str:
    entities = next((entities for entities in ENTITIES if f"_unseen_{entities}_" in measure), None)
    return f"their {entities} never seen" if entities else "rows as they are"
