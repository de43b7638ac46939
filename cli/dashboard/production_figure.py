"""The plot of what serves: its average precision after each event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import altair as alt

from cli.dashboard.comparison import Candidate
from cli.dashboard.figure import Figure
from cli.dashboard.history import Event
from cli.dashboard.theme import HEIGHT, bands, coloured, measured, round_ends, tooltip
from reporting.table import Table
from reporting.units import UNAVAILABLE, moment, number

HEADERS = ("Time (UTC)", "Event", "Serves", "AP", "95 % interval", "AP of the rules", "Frauds to come", "Holdout")


def production(events: Sequence[Event]) -> Figure:
    """Average precision of what serves after each event."""
    served = [event for event in events if event.serving.average_precision.value is not None]
    return Figure(
        "production-precision",
        "Average precision of what serves",
        "After each execution and each change by hand, on the holdout of that time, with 95 % intervals (bootstrap over "
        "customers); without the frauds to come, whose share is estimated from earlier delays. A hollow point is a restored model "
        "with its last measurement. Grey: the bare rules on the same holdout. Events stand in order, not to scale.",
        Table(HEADERS, [_cells(event) for event in events], (0, 1, 2, 7)),
        _drawing(served) if served else None,
        "no execution has been evaluated yet, or its evaluation is gone",
        is_wide=len(served) > 12,
    )


def _drawing(served: Sequence[Event]) -> alt.LayerChart:
    rows = [_point(n, event, event.serving) for n, event in enumerate(served)]
    rules = [_point(n, event, event.rules) | {"line": "rules"} for n, event in enumerate(served)]
    rows = [*(row for row in rules if row["value"] is not None), *rows]
    names = json.dumps([moment(event.at) for event in served])
    chart = coloured(rows).encode(
        x=bands("event", range(len(served)), "time of the decision, UTC", labelExpr=f"{names}[datum.value]"),
        y=alt.Y("value:Q", title="Average precision", scale=round_ends(from_zero=False)),
        tooltip=tooltip("name", measured="AP", to_come="frauds to come", at="UTC", outcome="event"),
    )
    lines = chart.mark_line(strokeWidth=1.5).encode(detail="line:N", color=alt.value("var(--base)"))
    layers = lines + measured(chart, rows, y=alt.Y("low:Q"), y2="high:Q")
    if any(row["hollow"] for row in rows):
        layers += chart.transform_filter("datum.hollow").mark_point(size=20).encode(color=alt.value("var(--card)"))
    return layers.properties(height=HEIGHT)


def _point(n: int, event: Event, model: Candidate) -> dict[str, Any]:
    precision = model.average_precision
    about = {"at": moment(event.at), "outcome": event.outcome, "name": model.name, "measured": precision.described()}
    about["to_come"] = model.to_come.as_share()
    is_hollow = model is event.serving and not event.is_measured_now
    interval = {"low": precision.low, "high": precision.high}
    return {"event": n, "kind": model.family, "line": "serving", "value": precision.value, "hollow": is_hollow, **interval, **about}


def _cells(event: Event) -> tuple[str, ...]:
    model = event.serving
    precision = model.average_precision
    figures = (number(precision.value), precision.interval(), number(event.rules.average_precision.value), model.to_come.as_share())
    return moment(event.at), event.outcome, model.name, *figures, event.holdout or UNAVAILABLE
