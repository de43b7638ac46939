"""One line per family over bands of time or chunks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cli.dashboard.axes import Plane, band_axis, key, value_axis
from cli.dashboard.kinds import in_family_order, key_entries
from cli.dashboard.points import Point, draw_line, draw_points, heights
from cli.dashboard.scales import BandScale, linear_scale


def lines_over_bands(points: Sequence[Point], bands: Sequence[str], title: str, foot: str, *, from_zero: bool) -> str:
    """All points, and for each family a line through the latest points of neighbouring bands; `bands` are the bands' names."""
    plane = Plane()
    across = BandScale(len(bands), *plane.x)
    upwards = linear_scale(heights(points), *plane.y, from_zero=from_zero)
    families = in_family_order(point.series for point in points)
    lines = [draw_line(family, run, across, upwards) for family in families for run in _unbroken(points, family)]
    axes = value_axis(plane, upwards, title) + band_axis(plane, across, bands, foot)
    return key(key_entries(families)) + axes + "".join(lines) + draw_points(points, across, upwards)


def _unbroken(points: Iterable[Point], family: str) -> list[list[Point]]:
    """A family's latest points, in runs of neighbouring bands."""
    latest = {point.x: point for point in points if point.series == family}
    runs: list[list[Point]] = []
    for x in sorted(latest):
        if not runs or x - runs[-1][-1].x > 1:
            runs.append([])
        runs[-1].append(latest[x])
    return runs
