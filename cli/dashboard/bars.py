"""Stacked bars: lying ones for a few named totals, standing ones for what happened over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.dashboard.axes import LETTER, Plane, band_axis, key, measured_axis, series_class, value_axis
from cli.dashboard.markup import element, words
from cli.dashboard.scales import BandScale, LinearScale, linear_scale
from cli.dashboard.units import unit_for

GAP = 1.0  # between the parts of one bar
THINNEST, THICKEST = 0.75, 44.0
Key = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Quantity:
    """What bars measure, its plain unit, and what stands below standing bars."""

    name: str
    unit: str
    foot: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar; its parts, each with series, value and words, follow each other. `says` is its total in words."""

    name: str
    parts: Sequence[tuple[str, float, str]]
    says: str = ""

    @property
    def total(self) -> float:
        """Of all parts."""
        return sum(value for _, value, _ in self.parts)

    def pieces(self, scale: LinearScale, factor: float) -> Iterator[tuple[str, str, float, float]]:
        """Series, words, and the places where each part begins and ends."""
        reached = 0.0
        for series, value, said in self.parts:
            yield series, said, scale.place(reached * factor), scale.place((reached + value) * factor)
            reached += value


def lying_bars(plane: Plane, bars: Sequence[Bar], quantity: Quantity, series: Key) -> str:
    """One line per bar: name, bar, total in words."""
    unit = unit_for(max((bar.total for bar in bars), default=0.0), quantity.unit)
    room = max(len(bar.says) for bar in bars) * LETTER
    scale = linear_scale([bar.total * unit.factor for bar in bars], plane.x[0], plane.x[1] - room, from_zero=True, count=4)
    rows = BandScale(len(bars), plane.top, plane.y[0])
    thickness = min(rows.width * 0.66, THICKEST / 2)
    drawn = [_lying(bar, rows.place(row), thickness, scale, unit.factor) for row, bar in enumerate(bars)]
    return key(series, is_filled=True) + measured_axis(plane, scale, f"{quantity.name}, {unit.name}") + "".join(drawn)


def standing_bars(plane: Plane, bars: Sequence[Bar], quantity: Quantity, series: Key) -> str:
    """One stacked column per bar, in the order given."""
    unit = unit_for(max((bar.total for bar in bars), default=0.0), quantity.unit)
    scale = linear_scale([bar.total * unit.factor for bar in bars], *plane.y, from_zero=True)
    bands = BandScale(len(bars), *plane.x)
    foot = band_axis(plane, bands, [bar.name for bar in bars], quantity.foot)
    thickness = min(bands.width * 0.7, THICKEST)
    drawn = [_standing(bar, bands.place(band), thickness, scale, unit.factor) for band, bar in enumerate(bars)]
    return key(series, is_filled=True) + value_axis(plane, scale, f"{quantity.name}, {unit.name}") + foot + "".join(drawn)


def _lying(bar: Bar, y: float, thickness: float, scale: LinearScale, factor: float) -> str:
    name = element("text", words(bar.name), x=scale.first - 8, y=y + 4, text_anchor="end", class_="name")
    said = element("text", words(bar.says), x=scale.place(bar.total * factor) + 6, y=y + 4, class_="value")
    parts = [
        _part(series, words_, x=begin, y=y - thickness / 2, width=max(end - begin - GAP, THINNEST), height=thickness)
        for series, words_, begin, end in bar.pieces(scale, factor)
    ]
    return name + "".join(parts) + said


def _standing(bar: Bar, x: float, thickness: float, scale: LinearScale, factor: float) -> str:
    return "".join(
        _part(series, said, x=x - thickness / 2, y=upper, width=thickness, height=max(lower - upper - GAP, THINNEST))
        for series, said, lower, upper in bar.pieces(scale, factor)
    )


def _part(series: str, said: str, **box: float) -> str:
    return element("rect", element("title", words(said)), class_=f"mark {series_class(series)}", **box)
