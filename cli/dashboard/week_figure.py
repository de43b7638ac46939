"""The plot of weeks as production lived them: how good it probably was before labels came, and what they said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from cli.dashboard.chunk_figures import first_day
from cli.dashboard.figure import Figure
from cli.dashboard.theme import HEIGHT, Rows, bands, coloured, measured, round_ends, tooltip
from reporting.measure import Measure
from reporting.table import Table
from reporting.units import UNAVAILABLE, number

PRECISION, FRAUDS = "average_precision", "frauds"
HEADERS = (
    "Week",
    "Payments scored",
    "Alerts",
    "Let through by chance",
    "Frauds estimated",
    "Frauds that came",
    "AP estimated",
    "AP by labels",
    "Error of AP",
)
TO_COME = "labels are still to come"
Documents = Sequence[Mapping[str, Any]]


def before_labels(weeks: Documents) -> Figure:
    """Average precision that was estimated of each week, beside that of its labels where they are mature."""
    rows = [row for week in weeks for row in _points(week)]
    return Figure(
        "precision-before-labels",
        "Average precision before labels, and by them",
        "What production's own probabilities let expect of each week as soon as it is over (CBPE), with the 95 % interval, beside "
        "what mature labels say of the payments of which something is known. A new kind of fraud, which the model does not "
        "recognise, no estimate can see: look at the errors of earlier weeks.",
        Table(HEADERS, [_cells(week) for week in reversed(weeks)]),
        _drawing(rows, weeks) if rows else None,
        "no week that a model decided is over yet; the nightly `monitor` estimates each",
        is_wide=len(weeks) > 12,
    )


def _drawing(rows: Rows, weeks: Documents) -> alt.LayerChart:
    chart = coloured(rows).encode(
        x=bands("place", [first_day(week["chunk"]) for week in weeks], "first day of the week"),
        xOffset=alt.XOffset("kind:N", scale=alt.Scale(domain=["estimated", "measured"], paddingOuter=1.0)),
        y=alt.Y("value:Q", title="Average precision", scale=round_ends(from_zero=False)),
        tooltip=tooltip("name", shown="AP", frauds="frauds"),
    )
    return measured(chart, rows, y=alt.Y("low:Q"), y2="high:Q").properties(height=HEIGHT)


def _points(week: Mapping[str, Any]) -> list[dict[str, Any]]:
    kinds = {"estimated": _estimated, "measured": _measured}
    points = []
    for kind, of in kinds.items():
        found, frauds = of(week, PRECISION), of(week, FRAUDS)
        about = {"shown": found.described(), "frauds": _count(frauds), "name": f"{kind}, week {week['chunk']}"}
        interval = {"low": found.low, "high": found.high}
        if found.value is not None:
            points.append({"kind": kind, "place": first_day(week["chunk"]), "value": found.value, **interval, **about})
    return points


def _estimated(week: Mapping[str, Any], name: str) -> Measure:
    found = week["estimated"][name]
    return Measure(found["value"], found["low"], found["high"], "no probability")


def _measured(week: Mapping[str, Any], name: str) -> Measure:
    if week["measured"] is None:
        return Measure(reason=TO_COME)
    return Measure(week["measured"][name], reason="no fraud is known")


def _cells(week: Mapping[str, Any]) -> tuple[str, ...]:
    error = (week.get("error") or {}).get(PRECISION)
    explored = week.get("explored")  # not told by releases before
    return (
        week["chunk"],
        f"{week['rows']:,}",
        f"{week['alerts']:,}",
        UNAVAILABLE if explored is None else f"{explored:,}",
        _count(_estimated(week, FRAUDS)),
        _count(_measured(week, FRAUDS)),
        _estimated(week, PRECISION).described(),
        _by_labels(_measured(week, PRECISION)),
        UNAVAILABLE if error is None else f"{error:+.3f}",
    )


def _by_labels(found: Measure) -> str:
    return number(found.value) if found.value is not None else found.described()


def _count(found: Measure) -> str:
    if found.value is None:
        return f"{UNAVAILABLE} ({found.reason})"
    interval = "" if found.low is None else f" ({found.interval(0)})"
    return f"{number(found.value, 0)}{interval}"
