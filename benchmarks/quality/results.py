"""Means over weeks and seeds with their intervals, as flat measures and as a table for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from benchmarks.quality.measures import NAMES, SHOWN, interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.quality.contestants import Costs
    from greenfraud.chunks import Chunk

    Floats = NDArray[np.floating[Any]]

REFERENCE = "xgboost"
AVERAGE_PRECISION = NAMES.index("average_precision")


@dataclass
class Result:
    """Figures of one contestant: per week one array [1 + resamples, measures] per seed, and costs per seed."""

    by_week: dict[Chunk, list[Floats]] = field(default_factory=dict)
    costs: list[Costs] = field(default_factory=list)

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
    """Return every measure by name."""
    measures: dict[str, float] = {}
    for name, result in results.items():
        overall = result.overall()
        for index, measure in enumerate(NAMES):
            low, high = interval(overall[1:, index])
            measures |= {f"{name}_{measure}": float(overall[0, index])}
            measures |= {f"{name}_{measure}_low": low, f"{name}_{measure}_high": high}
        measures |= {f"{name}_average_precision_seed_sd": result.seed_spread(), **_costs(name, result)}
        weeks = {week: f"{week.start_day:%Y%m%d}" for week in result.by_week}
        measures |= {f"{name}_average_precision_{day}": result.average_precision_of(week) for week, day in weeks.items()}
    return measures | _differences(results)


def _costs(name: str, result: Result) -> dict[str, float]:
    units = ("cpu_seconds", "energy_kwh", "emissions_g")
    return {f"{name}_{unit}": float(np.mean([getattr(cost, unit) for cost in result.costs])) for unit in units}


def _differences(results: Mapping[str, Result]) -> dict[str, float]:
    """Return how far each contestant's average precision lies above the reference's, on the same resamples."""
    if REFERENCE not in results:
        return {}
    reference = results[REFERENCE].overall()[:, AVERAGE_PRECISION]
    measures: dict[str, float] = {}
    for name, result in results.items():
        if name != REFERENCE:
            difference = result.overall()[:, AVERAGE_PRECISION] - reference
            low, high = interval(difference[1:])
            key = f"{name}_average_precision_over_{REFERENCE}"
            measures |= {key: float(difference[0]), f"{key}_low": low, f"{key}_high": high}
    return measures


def table(results: Mapping[str, Result]) -> Table:
    """Return the comparison, one line per contestant: means, interval of the average precision, costs, weeks."""
    weeks = sorted(next(iter(results.values())).by_week)
    shown = Table(title="Mean over weeks and seeds; average precision per week on the right", title_justify="left", box=None)
    for heading in ("", "AUC ROC", "AP", "AP 95 %", "CP@100", "CPU s", "gCO2e", *(f"{week.start_day:%m-%d}" for week in weeks)):
        shown.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for name, result in results.items():
        overall = result.overall()
        low, high = interval(overall[1:, AVERAGE_PRECISION])
        auc_roc, average_precision, card_precision = (f"{value:.4f}" for value in overall[0, : len(SHOWN)])
        costs = _costs("", result)
        spent = (f"{costs['_cpu_seconds']:.1f}", f"{costs['_emissions_g']:.4f}")
        per_week = (f"{result.average_precision_of(week):.4f}" for week in weeks)
        shown.add_row(name, auc_roc, average_precision, f"{low:.3f}-{high:.3f}", card_precision, *spent, *per_week)
    return shown
