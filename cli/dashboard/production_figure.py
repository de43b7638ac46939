"""The plot of what serves: its average precision after each event."""

from __future__ import annotations

from collections.abc import Sequence

from cli.dashboard.axes import Plane, band_axis, key, value_axis
from cli.dashboard.comparison import Candidate
from cli.dashboard.figure import Figure, Table
from cli.dashboard.history import Event
from cli.dashboard.kinds import in_family_order, key_entries
from cli.dashboard.points import Point, draw_line, draw_points, heights
from cli.dashboard.scales import BandScale, linear_scale
from cli.dashboard.totals import RULES
from cli.dashboard.units import UNAVAILABLE, moment, number

HEADERS = ("Time (UTC)", "Event", "Serves", "AP", "95 % interval", "AP of the rules", "Holdout")
CHANGES = "shared"  # the line through models of different families has no family's colour


def production(events: Sequence[Event], plane: Plane) -> Figure:
    """Average precision of what serves after each event."""
    served = [(event, event.serving) for event in events if event.serving.average_precision.value is not None]
    points = [_point(n, event, model) for n, (event, model) in enumerate(served)]
    rules = [Point(RULES, n, value) for n, (event, _) in enumerate(served) if (value := event.rules.average_precision.value)]
    return Figure(
        "production-precision",
        "Average precision of what serves",
        "After each execution and each change by hand, on the holdout of that time, with 95 % intervals (bootstrap over "
        "customers). A hollow point is a restored model with its last measurement. Grey: the bare rules on the same holdout. "
        "Events stand in order, not to scale.",
        Table(HEADERS, [_row(event) for event in events], (0, 1, 2, 6)),
        _drawing(plane, points, rules, [moment(event.at) for event, _ in served]) if points else "",
        plane,
        "no execution has been evaluated yet, or its evaluation is gone",
    )


def _drawing(plane: Plane, points: Sequence[Point], rules: Sequence[Point], names: Sequence[str]) -> str:
    across = BandScale(len(names), *plane.x)
    upwards = linear_scale(heights([*points, *rules]), *plane.y)
    axes = value_axis(plane, upwards, "Average precision") + band_axis(plane, across, names, "time of the decision, UTC")
    lines = draw_line(RULES, rules, across, upwards) + draw_line(CHANGES, points, across, upwards)
    series = key(key_entries(in_family_order(point.series for point in (*points, *rules))))
    return series + axes + lines + draw_points([*rules, *points], across, upwards)


def _point(n: int, event: Event, model: Candidate) -> Point:
    measured = model.average_precision
    hint = f"{moment(event.at)}, {event.outcome}: {model.name} serves, AP {measured.described()}"
    value = measured.value or 0.0
    return Point(model.family, n, value, measured.low, measured.high, hint, is_hollow=not event.is_measured_now)


def _row(event: Event) -> tuple[str, ...]:
    model = event.serving
    measured = model.average_precision
    figures = (number(measured.value), measured.interval(), number(event.rules.average_precision.value))
    return moment(event.at), event.outcome, model.name, *figures, event.holdout or UNAVAILABLE
