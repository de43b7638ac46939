"""Pictures of what the model decided on would change: scores, decisions, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from greenfraud.money import digits_of
from reporting.execution.candidate import Candidate
from reporting.execution.documents import Documents
from reporting.execution.figure import Figure
from reporting.picture import SOFT, colour_of, drawn
from reporting.table import Table
from reporting.units import number, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Change = Mapping[str, Any]
UNTOLD = "the evaluation of this execution tells of no changes"
NOBODY = "no challenger could be ranked, so none is shown against what answered until then"
DIRECTIONS = {"raised": "alert only by the new one", "dropped": "alert only by the one before"}
SHIFT = (
    "How much higher the log odds of each payment are by the new model than by the one before, frauds and legitimate payments each "
    "adding up to 1. One step is nearly three times the odds; what moved more than 6 stands at the ends. "
)
GROUPS = (
    "How far a model's log odds fall, on average over frauds of the holdout, where one group of features alone has usual values: "
    "longer is what it rests on more. Faint: the model before. Groups overlap, so a sum is no score."
)


def change_figures(documents: Documents) -> list[Figure]:
    """Shift, flips, groups of features."""
    main, rival = documents.main, documents.rival
    told = documents.curves.get("changes") or {}
    change: Change = told.get(main.name) or {} if main else {}
    reason = told.get("reason") or (UNTOLD if main else NOBODY)
    return [_shift(change, reason), _flips(documents, change, reason), _groups(change, main, rival, reason)]


def _shift(change: Change, reason: str) -> Figure:
    shift = change.get("score_shift") or {"reason": reason}
    told = dict(sorted((shift.get("quantiles") or {}).items(), key=lambda one: int(one[0])))
    moved = f"{shift['moved_share']:.1%} of the payments moved by 1 or more. " if "moved_share" in shift else ""
    return Figure(
        "score-shift",
        "How scores shift",
        SHIFT + moved,
        Table(("Percentile", "Difference of log odds"), [(f"{at} %", signed(value)) for at, value in told.items()]),
        drawn(lambda axes: _draw_shift(axes, shift)) if told else None,
        shift.get("reason", reason),
    )


def _draw_shift(axes: Axes, shift: Change) -> None:
    for name, kind in (("legitimate", "rules"), ("frauds", "heavy")):
        total = sum(shift[name])
        if total:
            shares = [count / total for count in shift[name]]
            axes.stairs(shares, shift["edges"], color=colour_of(kind), linewidth=1.6, label=f"{name}, {total:,}")
    axes.axvline(0.0, color=SOFT, linestyle=":", linewidth=1.0)
    axes.set(xlabel="new log odds less those before", ylabel="share")


def _flips(documents: Documents, change: Change, reason: str) -> Figure:
    flipped = change.get("flipped") or {}
    scale, currency = 10 ** digits_of(documents.currency), documents.currency
    rows = [
        (
            words,
            f"{flipped[name]['rows']:,}",
            f"{flipped[name]['frauds']:,}",
            f"{number(flipped[name]['fraud_amount_minor'] / scale, 2)} {currency}",
        )
        for name, words in DIRECTIONS.items()
        if name in flipped
    ]
    against = change.get("against", "what answered until then")
    return Figure(
        "flipped",
        "Decisions that flip",
        f"Payments of the holdout that the new model and {against} decide otherwise, under the same policy, its rules included.",
        Table(("Decision", "Payments", "Frauds", "Money of the frauds"), rows),
        drawn(lambda axes: _draw_flips(axes, flipped), height=1.6) if flipped else None,
        reason,
    )


def _draw_flips(axes: Axes, flipped: Change) -> None:
    for place, (name, words) in enumerate(reversed(DIRECTIONS.items())):
        counts = flipped[name]
        legitimate, first = counts["rows"] - counts["frauds"], place == 0
        axes.barh([place], [counts["frauds"]], height=0.3, color=colour_of("heavy"), label="frauds" if first else None)
        look: dict[str, Any] = {"color": colour_of("rules"), "label": "legitimate" if first else None}
        axes.barh([place], [legitimate], left=counts["frauds"], height=0.3, **look)
        told = f"{words}: {counts['rows']:,}, {counts['frauds']:,} of them frauds"
        axes.annotate(told, (0, place), xytext=(0, 7), textcoords="offset points", fontsize=8, va="bottom")
    axes.set(yticks=[], ylim=(-0.4, 2), xlabel="payments")
    axes.set_xlim(0, max(1.0, axes.get_xlim()[1]))
    axes.locator_params(axis="x", integer=True)


def _groups(change: Change, main: Candidate | None, rival: Candidate, reason: str) -> Figure:
    groups: Sequence[Mapping[str, Any]] = change.get("groups") or ()
    rows = [(one["group"], *(signed(value) for value in (*one["frauds"], *one["legitimate"]))) for one in groups]
    headers = ("Group of features", "Frauds, new", "Frauds, before", "Legitimate, new", "Legitimate, before")
    has_model = (change.get("score_shift") or {}).get("reason")
    return Figure(
        "groups",
        "What the two rest on",
        GROUPS,
        Table(headers, rows),
        drawn(lambda axes: _draw_groups(axes, groups, main, rival), height=0.8 + 0.45 * len(groups)) if groups and main else None,
        has_model or reason,
    )


def _draw_groups(axes: Axes, groups: Sequence[Mapping[str, Any]], main: Candidate | None, rival: Candidate) -> None:
    kinds = (main.kind if main else "other", rival.kind)
    for place, one in enumerate(reversed(groups)):
        for value, kind, down, alpha in zip(one["frauds"], kinds, (0.0, -0.2), (1.0, 0.5), strict=True):
            axes.barh([place + down], [value or 0.0], height=0.18, color=colour_of(kind), alpha=alpha)
        axes.annotate(one["group"], (0, place), xytext=(2, 5), textcoords="offset points", fontsize=7.5, va="bottom")
    lengths = [value or 0.0 for one in groups for value in one["frauds"]]
    axes.axvline(0.0, color=SOFT, linewidth=0.8)
    axes.set(yticks=[], ylim=(-0.5, len(groups)), xlabel="log odds")
    axes.set_xlim(min(0.0, *lengths) * 1.05, max(1.0, *lengths) * 1.35)


def examples(documents: Documents) -> str:
    """Some of the flipped decisions, of which the two think most differently; none is named."""
    change = ((documents.curves.get("changes") or {}).get(documents.main.name) or {}) if documents.main else {}
    scale, currency = 10 ** digits_of(documents.currency), documents.currency
    headers = ("Decision", "Amount", "Was it fraud", "New probability", "Before", "Heaviest for the new one", "Before")
    rows = [
        (
            DIRECTIONS[one["direction"]],
            f"{one['amount_from_minor'] / scale:,.2f} {currency} or more, below ten times that",
            "yes" if one["is_fraud"] else "no",
            *(number(value) for value in one["probability"]),
            *one["because"],
        )
        for one in change.get("examples", [])
    ]
    return Table(headers, rows, (0, 1, 2, 5, 6)).html() if rows else ""
