"""The plots of an evaluation: precision by recall of several candidates, and the calibration of one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from training.evaluation.metrics import ECE_BINS
from training.evaluation.unit_plot import UnitPlot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# As on the dashboard, for a light ground.
COLOURS = {"baseline": "#2a6fc9", "light": "#0d8a6a", "heavy": "#d1551a", None: "#7d8186"}
PRODUCTION, CHANCE = "#8a4fc7", "#b3b7bb"
NORMAL_95 = 1.959964  # the standard normal's 97.5 % quantile


def precision_recall_plot(
    candidates: Sequence[Mapping[str, Any]], curves: Mapping[str, Any], holdout: Mapping[str, Any], *, main: str | None = None
) -> str:
    """Return the curves of all candidates that have one as SVG; that of `main` is drawn strongest."""
    plot = UnitPlot("Precision by recall", _subtitle(holdout), x="recall", y="precision")
    share = holdout["frauds"] / holdout["rows"] if holdout["rows"] else 0.0
    plot.line([(0, share), (1, share)], CHANCE, f"share of frauds, {share:.2%}", width=1.5, dashes="4 4")
    for candidate in sorted(candidates, key=lambda item: item["name"] == main):
        if candidate["name"] in curves:
            width = 2.5 if candidate["name"] == main or main is None else 1.25
            points = list(_steps(curves[candidate["name"]]["precision_recall"]))
            plot.line(points, _colour(candidate), _meaning(candidate), width=width)
    return plot.svg()


def calibration_plot(candidate: Mapping[str, Any], bins: Sequence[Mapping[str, Any]], holdout: Mapping[str, Any]) -> str:
    """Return how often transactions of a probability were frauds, with 95 % intervals, as SVG."""
    title = f"Calibration of {candidate['name']}"
    axes = {"x": "mean probability of the bin", "y": "share of frauds in the bin"}
    plot = UnitPlot(title, _subtitle(holdout), **axes, notes=("rows", "frauds"))
    plot.line([(0, 0), (1, 1)], CHANCE, "as often as said", width=1.5, dashes="4 4")
    plot.line([], _colour(candidate), f"measured, with 95 % interval (Wilson); {_error(candidate)}")
    for entry in bins:
        share = entry["frauds"] / entry["rows"]
        plot.measurement((entry["mean_probability"], share), wilson(entry["frauds"], entry["rows"]), _colour(candidate))
        plot.note((entry["bin"] + 0.5) / ECE_BINS, (f"{entry['rows']:,}", f"{entry['frauds']:,}"))
    return plot.svg()


def wilson(found: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927), which also holds for few rows and for shares near 0 or 1.

    >>> [round(end, 3) for end in wilson(0, 10)], [round(end, 3) for end in wilson(5, 10)]
    ([0.0, 0.278], [0.237, 0.763])
    """
    square = NORMAL_95**2
    centre = (found + square / 2) / (rows + square)
    reach = NORMAL_95 / (rows + square) * math.sqrt(found * (rows - found) / rows + square / 4)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def _steps(points: Sequence[Sequence[float]]) -> Iterator[tuple[float, float]]:
    """Average precision counts each precision down to the recall before it: the area under these steps."""
    before = 0.0
    for recall, precision in points:
        yield before, precision
        yield recall, precision
        before = recall


def _subtitle(holdout: Mapping[str, Any]) -> str:
    return f"holdout {holdout['chunk']}: {holdout['rows']:,} transactions, {holdout['frauds']:,} frauds"


def _colour(candidate: Mapping[str, Any]) -> str:
    return PRODUCTION if candidate["role"] == "production" else COLOURS.get(candidate["family"], COLOURS[None])


def _meaning(candidate: Mapping[str, Any]) -> str:
    role = "" if candidate["role"] == candidate["name"] else f", {candidate['role']}"
    return f"{candidate['name']}{role}: AP {_interval(candidate['metrics']['average_precision'])}"


def _error(candidate: Mapping[str, Any]) -> str:
    return f"error {_interval(candidate['metrics']['ece'])}"


def _interval(metric: Mapping[str, Any]) -> str:
    if metric["value"] is None:
        return "unavailable"
    return f"{metric['value']:.3f}" + ("" if metric["low"] is None else f" ({metric['low']:.3f} to {metric['high']:.3f})")
