"""Plots of value against grams: what a family's quality and savings cost in scoring and in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cli.dashboard.axes import Plane, key, measured_axis, value_axis
from cli.dashboard.comparison import Candidate, Measure
from cli.dashboard.figure import Figure, Table
from cli.dashboard.history import Event
from cli.dashboard.kinds import in_family_order, key_entries
from cli.dashboard.points import Point, draw_points, heights
from cli.dashboard.scales import linear_scale
from cli.dashboard.units import grams, moment, unit_for


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
    Cost("scoring", "CO₂e of 1,000 scores by the model alone", lambda model: model.grams_per_1000),
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
    found = [(event, model) for event in compared for model in event.candidates]
    known = [(event, model) for event, model in found if value.of(model).value is not None and cost.of(model) is not None]
    unit = unit_for(max((cost.of(model) or 0.0 for _, model in known), default=0.0), "g")
    points = [_point(model, value, cost, unit.factor, is_faint=event is not compared[-1]) for event, model in known]
    rows = [(moment(event.at), model.name, value.of(model).described(), grams(cost.of(model))) for event, model in reversed(found)]
    return Figure(
        f"{value.id_}-against-{cost.id_}",
        f"{value.title} against grams of {cost.id_}",
        "The latest comparison, with 95 % intervals; earlier ones are faint, the model that served until then is hollow. "
        f"{value.caption} Higher and further left is better.",
        Table(("Compared (UTC)", "Model", value.name, cost.name), rows, (0, 1)),
        _drawing(points, value.name, f"{cost.name}, {unit.name}") if points else "",
        unavailable="no comparison has both figures",
    )


def _drawing(points: Sequence[Point], up: str, foot: str) -> str:
    plane = Plane()
    across = linear_scale([point.x for point in points], *plane.x, from_zero=True)
    upwards = linear_scale(heights(points), *plane.y)
    axes = value_axis(plane, upwards, up) + measured_axis(plane, across, foot)
    return key(key_entries(in_family_order(point.series for point in points))) + axes + draw_points(points, across, upwards)


def _point(model: Candidate, value: Value, cost: Cost, factor: float, *, is_faint: bool) -> Point:
    measured, spent = value.of(model), cost.of(model) or 0.0
    hint = f"{model.name}: {measured.described()} at {grams(spent)}"
    low, high = (None, None) if is_faint else (measured.low, measured.high)
    return Point(model.family, spent * factor, measured.value or 0.0, low, high, hint, is_faint, is_hollow=model.is_production)
