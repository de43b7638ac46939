"""The plots of an evaluation: precision by recall of several candidates, and the calibration of one."""

from __future__ import annotations

from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from greenfraud.palette import HUES, OTHER
from reporting.shares import wilson
from training.evaluation.calibration import ECE_BINS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes

SIZE = (6.2, 6.8)  # inches; its plane is a square
INK, SOFT, GRID = "#16181a", "#55585c", "#e3e3df"
LOOK: dict[Any, Any] = {
    "axes.edgecolor": GRID,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "grid.color": GRID,
    "legend.frameon": False,
    "svg.fonttype": "none",  # words stay words
    "svg.hashsalt": "greenfraud",  # equal figures are equal files
    "text.parse_math": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
}
EXPECTED: dict[str, Any] = {"color": HUES["shared"].light, "linewidth": 1.5, "linestyle": "--"}
LOWEST = 1e-3  # probability that a picture on logarithmic scales reaches down to, at least


def precision_recall_plot(
    candidates: Sequence[Mapping[str, Any]], curves: Mapping[str, Any], holdout: Mapping[str, Any], *, main: str | None = None
) -> str:
    """Return the curves of all candidates that have one as SVG; that of `main` is drawn strongest."""
    share = holdout["frauds"] / holdout["rows"] if holdout["rows"] else 0.0
    with _plane("Precision by recall", holdout, "recall", "precision") as (axes, picture):
        axes.plot([0, 1], [share, share], label=f"share of frauds, {share:.2%}", **EXPECTED)
        for candidate in sorted(candidates, key=lambda item: item["name"] == main):
            if candidate["name"] in curves:
                width = 2.5 if main in {candidate["name"], None} else 1.25
                recall, precision = zip(*curves[candidate["name"]]["precision_recall"], strict=True)
                # Average precision counts each precision down to the recall before it: the area under these steps.
                look: dict[str, Any] = {
                    "linewidth": width,
                    "color": _colour(candidate),
                    "label": _meaning(candidate),
                    "clip_on": False,
                }
                axes.step((0.0, *recall), (precision[0], *precision), where="pre", **look)
    return picture.getvalue()


def reliability_plot(candidate: Mapping[str, Any], bins: Sequence[Mapping[str, Any]], holdout: Mapping[str, Any]) -> str:
    """Return the same as `calibration_plot` for bins of equally many frauds, on logarithmic scales: most are told of little."""
    said, shares, reach = _points(bins)
    metrics = candidate["metrics"]
    measured = (("slope", "calibration_slope"), ("expected over observed", "expected_over_observed"))
    meaning = "; ".join(f"{words} {_interval(metrics[name])}" for words, name in measured if name in metrics)
    title = f"Reliability of {candidate['name']}, bins of equally many frauds"
    with _plane(title, holdout, "mean probability of the bin", "share of frauds in the bin") as (axes, picture):
        lowest = min(LOWEST, *said, *shares)
        axes.set(xscale="log", yscale="log", xlim=(lowest, 1), ylim=(lowest, 1))
        axes.plot([lowest, 1], [lowest, 1], label="as often as said", **EXPECTED)
        axes.errorbar(said, shares, reach, fmt="o", color=_colour(candidate), label=meaning, clip_on=False)
    return picture.getvalue()


def calibration_plot(candidate: Mapping[str, Any], bins: Sequence[Mapping[str, Any]], holdout: Mapping[str, Any]) -> str:
    """Return how often transactions of a probability were frauds, with 95 % intervals, as SVG; on top, rows and frauds of each."""
    said, shares, reach = _points(bins)
    meaning = f"measured, with 95 % interval (Wilson); error {_interval(candidate['metrics']['ece'])}"
    axis = "mean probability of the bin", "share of frauds in the bin"
    with _plane(f"Calibration of {candidate['name']}", holdout, *axis) as (axes, picture):
        axes.plot([0, 1], [0, 1], label="as often as said", **EXPECTED)
        axes.errorbar(said, shares, reach, fmt="o", color=_colour(candidate), label=meaning, clip_on=False)
        counts = {(entry["bin"] + 0.5) / ECE_BINS: f"{entry['rows']:,}\n{entry['frauds']:,}" for entry in bins}
        axes.secondary_xaxis("top").set_xticks([*counts], [*counts.values()], fontsize="x-small")
        axes.text(-0.02, 1.02, "rows\nfrauds", fontsize="x-small", color=SOFT, horizontalalignment="right")
    return picture.getvalue()


def _points(bins: Sequence[Mapping[str, Any]]) -> tuple[list[float], list[float], list[list[float]]]:
    """Return of each bin the mean probability, the share of frauds, and how far that one's interval reaches below and above."""
    said, shares = [entry["mean_probability"] for entry in bins], [entry["frauds"] / entry["rows"] for entry in bins]
    ends = zip(*(wilson(entry["frauds"], entry["rows"]) for entry in bins), strict=True)
    return said, shares, [[abs(end - share) for end, share in zip(side, shares, strict=True)] for side in ends]


@contextmanager
def _plane(title: str, holdout: Mapping[str, Any], x: str, y: str) -> Iterator[tuple[Axes, StringIO]]:
    """Yield axes whose two sides are shares from 0 to 1, and the text that becomes their picture."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    picture = StringIO()
    with rc_context(LOOK):
        figure = Figure(figsize=SIZE)
        figure.suptitle(title, x=0.02, horizontalalignment="left", fontweight="bold")
        axes = figure.subplots()
        axes.set_title(f"holdout {holdout['chunk']}: {holdout['rows']:,} transactions, {holdout['frauds']:,} frauds")
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=x, ylabel=y, aspect="equal")
        yield axes, picture
        figure.legend(loc="outside lower left")
        figure.savefig(picture, format="svg", metadata={"Date": None})


def _colour(candidate: Mapping[str, Any]) -> str:
    """Return as on the dashboard: what serves has a colour of its own, and rules have no family."""
    kind = "production" if candidate["role"] == "production" else candidate["family"] or "rules"
    return HUES.get(kind, OTHER).light


def _meaning(candidate: Mapping[str, Any]) -> str:
    role = "" if candidate["role"] == candidate["name"] else f", {candidate['role']}"
    return f"{candidate['name']}{role}: AP {_interval(candidate['metrics']['average_precision'])}"


def _interval(metric: Mapping[str, Any]) -> str:
    if metric["value"] is None:
        return "unavailable"
    return f"{metric['value']:.3f}" + ("" if metric["low"] is None else f" ({metric['low']:.3f} to {metric['high']:.3f})")
