"""Pictures of how well each model ranks: precision by recall, and what analysts find who look at k customers a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reporting.execution.candidate import Candidate
from reporting.execution.documents import Documents
from reporting.execution.figure import Figure
from reporting.measure import Measure
from reporting.picture import colour_of, drawn, shape_of
from reporting.table import Table
from reporting.units import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NO_CURVES = "no model was scored on frauds, or the curves are gone"
AT_100 = "card_precision_at_100"
BAND = "Shaded: the 95 % interval of precision at each recall, of what answered until then and of the model decided on. "
CAPACITY = (
    "Of the k customers that analysts can look at in a day, the share that was defrauded that day (card precision top-k), "
    "with 95 % intervals; who was found is not looked at again. The dashed line is what a perfect ranking would reach."
)
RANKED = ("average_precision", "auc_roc", "recall_at_fpr_1pct", "recall_at_fpr_5pct")


def ranking_figures(documents: Documents) -> list[Figure]:
    """Precision by recall, and card precision by capacity."""
    return [_precision_recall(documents), _card_precision(documents)]


def _precision_recall(documents: Documents) -> Figure:
    shown = [(one, _curves(documents, one)) for one in (documents.rules, *documents.models)]
    known = [(one, curves) for one, curves in shown if curves.get("precision_recall")]
    holdout = documents.holdout
    rows = [(one.name, *(one.metric(name).described() for name in RANKED)) for one in (*documents.models, documents.rules)]
    has_bands = any(curves.get("precision_band") for _, curves in known)
    return Figure(
        "precision-recall",
        "Precision by recall",
        f"All on the same {count(holdout.get('rows'))} payments with {count(holdout.get('frauds'))} frauds. "
        f"{BAND if has_bands else ''}Average precision is the area below a curve.",
        Table(("Model", "Average precision", "AUC ROC", "Recall at 1 % FPR", "Recall at 5 % FPR"), rows),
        drawn(lambda axes: _draw_curves(axes, documents, known)) if known else None,
        NO_CURVES,
    )


def _draw_curves(axes: Axes, documents: Documents, known: Sequence[tuple[Candidate, Mapping[str, Any]]]) -> None:
    for one, curves in known:
        recall, precision = zip(*curves["precision_recall"], strict=True)
        is_main = one in (documents.main, documents.rival)
        look: dict[str, Any] = {"color": colour_of(one.kind), "linewidth": 2.0 if is_main else 1.1, "label": one.title}
        axes.step((0.0, *recall), (precision[0], *precision), where="pre", clip_on=False, **look)
        if (band := curves.get("precision_band")) and is_main:
            kept = [point for point in band if point["low"] is not None]
            found, low, high = ([point[name] for point in kept] for name in ("recall", "low", "high"))
            axes.fill_between(found, low, high, color=colour_of(one.kind), alpha=0.15, linewidth=0)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision")


def _card_precision(documents: Documents) -> Figure:
    shown = [(one, _by_capacity(documents, one)) for one in (documents.rules, *documents.models)]
    known = [(one, points) for one, points in shown if points]
    rows = [
        (one.name, str(capacity), measure.described()) for one, points in reversed(known) for capacity, measure in points.items()
    ]
    return Figure(
        "card-precision",
        "Found by analysts who look at k customers a day",
        CAPACITY,
        Table(("Model", "k", "Card precision"), rows),
        drawn(lambda axes: _draw_capacity(axes, documents, known)) if known else None,
        NO_CURVES,
    )


def _by_capacity(documents: Documents, one: Candidate) -> dict[int, Measure]:
    """Card precision by k; evaluations of earlier releases measured it at 100 alone."""
    told = _curves(documents, one).get("card_precision") or [{"k": 100, **(one.body.get("metrics") or {}).get(AT_100, {})}]
    found = {int(point["k"]): Measure.of(point) for point in told}
    return {capacity: measure for capacity, measure in found.items() if measure.value is not None}


def _draw_capacity(axes: Axes, documents: Documents, known: Sequence[tuple[Candidate, Mapping[int, Measure]]]) -> None:
    places = sorted({capacity for _, points in known for capacity in points})
    for n, (one, points) in enumerate(known):
        beside = (n - (len(known) - 1) / 2) * 0.11
        at = [places.index(capacity) + beside for capacity in points]
        values = [measure.value or 0.0 for measure in points.values()]
        reach = [
            [abs((m.value or 0.0) - (end if end is not None else m.value or 0.0)) for m, end in side] for side in _ends(points)
        ]
        look: dict[str, Any] = {"color": colour_of(one.kind), "marker": shape_of(one.kind), "label": one.title}
        axes.errorbar(at, values, reach, linewidth=1.0, markersize=5, elinewidth=1.0, **look)
    most = (documents.curves.get("best_card_precision") or {}).items()
    best = dict(sorted((int(k), value) for k, value in most if int(k) in places))  # a document sorts its keys as texts
    if best:
        axes.plot([places.index(k) for k in best], list(best.values()), "--", color=colour_of("shared"), label="perfect")
    axes.set(xlabel="k, customers looked at in a day", ylabel="share defrauded")
    axes.set_xticks(range(len(places)), [str(capacity) for capacity in places])
    axes.set_ylim(bottom=0)


def _ends(points: Mapping[int, Measure]) -> list[list[tuple[Measure, float | None]]]:
    return [[(m, m.low) for m in points.values()], [(m, m.high) for m in points.values()]]


def _curves(documents: Documents, one: Candidate) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (documents.curves.get("candidates") or {}).get(one.name) or {}
    return found
