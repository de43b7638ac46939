"""Points with their intervals, joined where they follow each other; along bands or along a measured axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cli.dashboard.axes import series_class
from cli.dashboard.marks import marker
from cli.dashboard.markup import element, words
from cli.dashboard.scales import BandScale, LinearScale


@dataclass(frozen=True)
class Point:
    """A value at `x`, which is a band's number or a measured value, with its interval where it has one."""

    series: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None
    hint: str = ""
    is_faint: bool = False
    is_hollow: bool = False


def heights(points: Iterable[Point]) -> list[float]:
    """Everything that the vertical axis must hold."""
    return [value for point in points for value in (point.y, point.low, point.high) if value is not None]


def draw_points(points: Iterable[Point], across: BandScale | LinearScale, upwards: LinearScale) -> str:
    """Markers over their intervals; the faint ones lie underneath."""
    ordered = sorted(points, key=lambda point: not point.is_faint)
    return "".join(_point(point, across.place(point.x), upwards) for point in ordered)


def draw_line(series: str, points: Sequence[Point], across: BandScale | LinearScale, upwards: LinearScale) -> str:
    """A line through `points`, from left to right."""
    if len(points) < 2:
        return ""
    ordered = sorted(points, key=lambda point: point.x)
    places = " ".join(f"{across.place(point.x):.1f},{upwards.place(point.y):.1f}" for point in ordered)
    return element("polyline", points=places, class_=f"line {series_class(series)}")


def _point(point: Point, x: float, upwards: LinearScale) -> str:
    look = "faint" if point.is_faint else "hollow" if point.is_hollow else ""
    said = element("title", words(point.hint))
    drawn = _interval(point, x, upwards) + marker(point.series, x, upwards.place(point.y))
    return element("g", said, drawn, class_=f"mark {series_class(point.series)} {look}".rstrip())


def _interval(point: Point, x: float, upwards: LinearScale) -> str:
    if point.low is None or point.high is None:
        return ""
    low, high = upwards.place(point.low), upwards.place(point.high)
    ends = "".join(element("line", x1=x - 4, x2=x + 4, y1=y, y2=y) for y in (low, high))
    return element("g", element("line", x1=x, x2=x, y1=low, y2=high), ends, class_="interval")
