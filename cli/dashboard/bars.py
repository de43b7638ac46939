"""Stacked bars: lying ones for a few named totals, standing ones for what happened over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cli.dashboard.axes import LETTER, Plane, band_axis, key, measured_axis, series_class, value_axis
from cli.dashboard.markup import element, words
from cli.dashboard.scales import BandScale, LinearScale, linear_scale
from cli.dashboard.units import unit_for

GAP = 1.0  # between the parts of one bar
THICKEST = 26.0


@dataclass(frozen=True)
class Bar:
    """One bar: its parts, as pairs of series and value, lie one after the other; `says` is its total in words."""

    name: str
    parts: Sequence[tuple[str, float]]
    says: str = ""
    hints: Sequence[str] = field(default_factory=tuple)

    @property
    def total(self) -> float:
        """Of all parts."""
        return sum(value for _, value in self.parts)


def lying_bars(plane: Plane, bars: Sequence[Bar], *, plain: str, title: str, series: Sequence[tuple[str, str]]) -> str:
    """One line per bar: name, bar, total in words."""
    unit = unit_for(max((bar.total for bar in bars), default=0.0), plain)
    longest = max(len(bar.says) for bar in bars) * LETTER
    scale = linear_scale(
        [bar.total * unit.factor for bar in bars], plane.left, plane.width - plane.right - longest, from_zero=True, count=4
    )
    rows = BandScale(len(bars), plane.top, plane.y[0])
    drawn = [_lying(bar, rows.place(row), min(rows.width * 0.66, THICKEST), scale, unit.factor) for row, bar in enumerate(bars)]
    return key(series, is_filled=True) + measured_axis(plane, scale, f"{title}, {unit.name}") + "".join(drawn)


def _lying(bar: Bar, y: float, thickness: float, scale: LinearScale, factor: float) -> str:
    place = scale.place
    parts, reached = [], 0.0
    for (series, value), hint in zip(bar.parts, bar.hints or [bar.says] * len(bar.parts), strict=True):
        begin, end = place(reached * factor), place((reached + value) * factor)
        reached += value
        box = {"x": begin, "y": y - thickness / 2, "width": max(end - begin - GAP, 0.75), "height": thickness, "rx": 2}
        parts.append(element("rect", element("title", words(hint)), class_=f"mark {series_class(series)}", **box))
    name = element("text", words(bar.name), x=place(0) - 8, y=y + 4, text_anchor="end", class_="name")
    said = element("text", words(bar.says), x=place(reached * factor) + 6, y=y + 4, class_="value")
    return name + "".join(parts) + said


def standing_bars(
    plane: Plane, bars: Sequence[Bar], *, plain: str, title: str, foot: str, series: Sequence[tuple[str, str]]
) -> str:
    """One stacked column per bar, in the order given."""
    unit = unit_for(max((bar.total for bar in bars), default=0.0), plain)
    scale = linear_scale([bar.total * unit.factor for bar in bars], *plane.y, from_zero=True)
    bands = BandScale(len(bars), *plane.x)
    axes = value_axis(plane, scale, f"{title}, {unit.name}") + band_axis(plane, bands, [bar.name for bar in bars], foot)
    thickness = min(bands.width * 0.7, THICKEST * 1.6)
    drawn = [_standing(bar, bands.place(band), thickness, scale, unit.factor) for band, bar in enumerate(bars)]
    return key(series, is_filled=True) + axes + "".join(drawn)


def _standing(bar: Bar, x: float, thickness: float, scale: LinearScale, factor: float) -> str:
    place = scale.place
    parts, reached = [], 0.0
    for (series, value), hint in zip(bar.parts, bar.hints or [bar.says] * len(bar.parts), strict=True):
        lower, upper = place(reached * factor), place((reached + value) * factor)
        reached += value
        box = {"x": x - thickness / 2, "y": upper, "width": thickness, "height": max(lower - upper - GAP, 0.5)}
        parts.append(element("rect", element("title", words(hint)), class_=f"mark {series_class(series)}", **box))
    return "".join(parts)
