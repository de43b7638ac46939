"""Plots of value against grams: what a family's quality and savings cost in scoring and in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import altair as alt

from cli.dashboard.comparison import Candidate
from cli.dashboard.figure import Figure
from cli.dashboard.history import Event
from cli.dashboard.theme import HEIGHT, Rows, amounts, coloured, measured, round_ends, tooltip
from reporting.measure import Measure
from reporting.table import Table
from reporting.units import grams, moment


class Value(NamedTuple):
    """What is upwards."""

    id_: str
    title: str
    name: str
    caption: str
    of: Callable[[Candidate], Measure]


class Cost(NamedTuple):
    """What is across: grams."""

    id_: str
    name: str
    of: Callable[[Candidate], float | None]


COSTS = (
    Cost("scoring", "CO₂e of 1,000 scores with their share of training", lambda model: model.grams_per_1000),
    Cost("training", "CO₂e of training the model and its ancestors", lambda model: model.training_grams),
)


def value_against_grams(events: Sequence[Event], currency: str) -> list[Figure]:
    """Quality and money, each against the grams of scoring and of training."""
    compared = [event for event in events if event.candidates]
    return [_figure(compared, value, cost) for value in _values(currency) for cost in COSTS]


def _values(currency: str) -> tuple[Value, ...]:
    quality = "On mature labels of a week that nobody trained on."
    saved = "Saved: cost below that of the bare rules, where an alert costs an analyst's time and a missed fraud its amount."
    return (
        Value("precision", "Average precision", "Average precision", quality, lambda model: model.average_precision),
        Value("savings", "Money saved", f"{currency} saved per 1,000 decisions", saved, lambda model: model.saved_per_1000),
    )


def _figure(compared: Sequence[Event], value: Value, cost: Cost) -> Figure:
    rows = [_point(event, model, value, cost, compared[-1]) for event in compared for model in event.candidates]
    known = [row for row in rows if row["value"] is not None and row["grams"] is not None]
    cells = [tuple(row[name] for name in ("at", "name", "measured", "to_come", "spent")) for row in reversed(rows)]
    return Figure(
        f"{value.id_}-against-{cost.id_}",
        f"{value.title} against grams of {cost.id_}",
        "The latest comparison, with 95 % intervals; earlier ones are faint. Production is the model that served until then. "
        f"{value.caption} Higher and further left is better.",
        Table(("Compared (UTC)", "Model", value.name, "Frauds to come", cost.name), cells, (0, 1)),
        _drawing(known, value.name, cost.name) if known else None,
        "no comparison has both figures",
    )


def _drawing(rows: Rows, up: str, foot: str) -> alt.LayerChart:
    axis = amounts(max(row["grams"] for row in rows), "g", grid=True)
    chart = coloured(rows).encode(
        x=alt.X("grams:Q", title=foot, axis=axis, scale=round_ends(from_zero=True)),
        y=alt.Y("value:Q", title=up, scale=round_ends(from_zero=False)),
        opacity=alt.when("datum.latest").then(alt.value(1)).otherwise(alt.value(0.3)),
        tooltip=tooltip("name", measured=up, to_come="frauds to come", spent="CO₂e", at="compared (UTC)"),
    )
    return measured(chart, rows, y=alt.Y("low:Q"), y2="high:Q").properties(height=HEIGHT)


def _point(event: Event, model: Candidate, value: Value, cost: Cost, latest: Event) -> dict[str, Any]:
    worth, spent = value.of(model), cost.of(model)
    low, high = (worth.low, worth.high) if event is latest else (None, None)
    figures = {"value": worth.value, "low": low, "high": high, "grams": spent}
    shown = {"at": moment(event.at), "name": model.name, "measured": worth.described(), "spent": grams(spent)}
    shown["to_come"] = model.to_come.as_share()
    return {"kind": model.kind, "latest": event is latest, **figures, **shown}
