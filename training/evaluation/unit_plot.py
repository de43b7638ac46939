"""A plot whose two axes are shares from 0 to 1, as SVG: importing a plotting library takes longer than most jobs run."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Point = Sequence[float]  # x and y

SIDE = 400  # of the square, in pixels
LEFT, TOP, RIGHT, BOTTOM = 72, 72, 128, 56
LINE = 20  # height of a line of notes or of the key
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
INK, SOFT, GRID = "#16181a", "#55585c", "#e3e3df"


class UnitPlot:
    """Collects marks; `svg` returns the picture on a white ground, with its key below."""

    def __init__(self, title: str, subtitle: str, *, x: str, y: str, notes: Sequence[str] = ()) -> None:
        """Draw the plane: gridlines, values, what the axes measure, and above it what the lines of notes hold."""
        self._notes = notes
        self._key: list[tuple[str, str]] = []
        self._top = TOP + LINE * len(notes)
        self._parts = [
            _text(0, 28 - self._top, title, INK, "bold 15px"),
            _text(0, 50 - self._top, subtitle, SOFT, "12px"),
            _text(SIDE / 2, SIDE + 42, x, INK, anchor="middle"),
            _text(0, 0, y, INK, anchor="middle", turned=f"translate(-50 {SIDE / 2}) rotate(-90)"),
        ]
        for tick in TICKS:
            self._segment([(tick, 0), (tick, 1)], GRID)
            self._segment([(0, tick), (1, tick)], GRID)
            self._parts.append(_text(_x(tick), SIDE + 20, f"{tick:g}", SOFT, anchor="middle"))
            self._parts.append(_text(-8, _y(tick) + 4, f"{tick:g}", SOFT, anchor="end"))
        self._note(-0.02, notes, "end")

    def line(self, points: Sequence[Point], colour: str, meaning: str, *, width: float = 2.0, dashes: str = "none") -> None:
        """Draw a line; its meaning goes into the key."""
        self._segment(points, colour, width, dashes)
        self._key.append((colour, meaning))

    def measurement(self, point: Point, interval: Point, colour: str) -> None:
        """Draw a point with the vertical interval around it."""
        x, y = point
        self._segment([(x, end) for end in interval], colour, 1.5)
        self._parts.append(f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="4.5" fill="{colour}"/>')

    def note(self, x: float, notes: Sequence[str]) -> None:
        """Write a place's notes above the plane, one per line."""
        self._note(x, notes, "middle")

    def svg(self) -> str:
        """Return the picture."""
        width, height = LEFT + SIDE + RIGHT, self._top + SIDE + BOTTOM + LINE * len(self._key) + 12
        size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/><g transform="translate({LEFT} {self._top})">'
        return "".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', ground, *self._parts, *self._keys(), "</g></svg>"])

    def _keys(self) -> Iterable[str]:
        for line, (colour, meaning) in enumerate(self._key):
            y = SIDE + BOTTOM + 12 + line * LINE
            yield f'<rect y="{y - 2}" width="20" height="4" fill="{colour}"/>'
            yield _text(28, y + 4, meaning, INK, "12px")

    def _note(self, x: float, notes: Sequence[str], anchor: str) -> None:
        for line, words in enumerate(notes):
            self._parts.append(_text(_x(x), LINE * (line - len(self._notes)) + 8, words, SOFT, "11px", anchor=anchor))

    def _segment(self, points: Sequence[Point], colour: str, width: float = 1.0, dashes: str = "none") -> None:
        places = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
        look = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dashes}" stroke-linejoin="round"'
        self._parts.append(f'<polyline points="{places}" {look}/>')


def _x(share: float) -> float:
    return SIDE * share


def _y(share: float) -> float:
    return SIDE * (1.0 - share)


def _text(x: float, y: float, words: str, colour: str, font: str = "13px", *, anchor: str = "start", turned: str = "") -> str:  # noqa: PLR0913
    look = f'fill="{colour}" text-anchor="{anchor}" transform="{turned}" style="font: {font} system-ui, sans-serif"'
    return f'<text x="{x:g}" y="{y:g}" {look}>{escape(words)}</text>'
