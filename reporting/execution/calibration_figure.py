"""The picture of probabilities held against what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reporting.execution.candidate import Candidate
from reporting.execution.documents import Documents
from reporting.execution.figure import Figure
from reporting.picture import colour_of, drawn, shape_of
from reporting.shares import wilson
from reporting.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOWEST = 1e-3  # probability that the scales reach down to, at least
MEASURES = ("calibration_slope", "calibration_intercept", "expected_over_observed", "ece", "brier")
HEADERS = ("Model", "Slope", "Intercept", "Expected over observed", "Calibration error", "Brier score")
Bins = Sequence[Mapping[str, Any]]


def calibration_figure(documents: Documents) -> Figure:
    """What answered until then and the model decided on, in bins of equally many frauds."""
    shown = [one for one in dict.fromkeys((documents.rival.name, getattr(documents.main, "name", None))) if one]
    models = {one.name: one for one in (documents.rules, *documents.models)}
    known = [(models[name], bins) for name in shown if (bins := _bins(documents, name))]
    rows = [(one.name, *(one.metric(name).described() for name in MEASURES)) for one in documents.models]
    return Figure(
        "calibration",
        "Probabilities against what came of them",
        "Each point is a bin of equally many frauds, on logarithmic scales, with the 95 % interval of its share (Wilson). "
        "On the dashed line a probability comes true as often as it says; above it frauds are more than the model expects.",
        Table(HEADERS, rows),
        drawn(lambda axes: _draw(axes, known)) if known else None,
        "no model gave probabilities on a holdout with frauds",
    )


def _bins(documents: Documents, name: str) -> Bins:
    curves = (documents.curves.get("candidates") or {}).get(name) or {}
    found: Bins = curves.get("reliability") or curves.get("calibration") or ()
    return found


def _draw(axes: Axes, known: Sequence[tuple[Candidate, Bins]]) -> None:
    lowest = min((LOWEST, *(x for _, bins in known for entry in bins for x in _least(entry) if x > 0)))
    axes.plot([lowest, 1], [lowest, 1], "--", color=colour_of("shared"), label="as often as said")
    for one, bins in known:
        said = [max(entry["mean_probability"], lowest) for entry in bins]
        shares = [entry["frauds"] / entry["rows"] for entry in bins]
        ends = list(zip(*(wilson(entry["frauds"], entry["rows"]) for entry in bins), strict=True))
        reach = [[abs(end - share) for end, share in zip(side, shares, strict=True)] for side in ends]
        look: dict[str, Any] = {"color": colour_of(one.kind), "marker": shape_of(one.kind), "label": one.title}
        axes.errorbar(said, shares, reach, linestyle="", markersize=5, elinewidth=1.0, **look)
    axes.set(xscale="log", yscale="log", xlim=(lowest, 1), ylim=(lowest, 1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set(xlabel="mean probability of the bin", ylabel="share of frauds")


def _least(entry: Mapping[str, Any]) -> tuple[float, float]:
    return entry["mean_probability"], entry["frauds"] / entry["rows"]
