"""The plane of a plot: size, gridlines, ticks, titles of the axes, and the key to what the colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cli.dashboard.marks import marker
from cli.dashboard.markup import element, words
from cli.dashboard.scales import BandScale, LinearScale, thinned

LETTER = 6.6  # width of a letter of 12 px, at most
KEY_LINE = 18.0


@dataclass(frozen=True)
class Plane:
    """Where a plot's marks go, in its own pixels; the margins hold titles, key and labels."""

    width: float = 520.0
    height: float = 300.0
    left: float = 56.0
    right: float = 26.0
    top: float = 52.0
    bottom: float = 44.0

    @property
    def x(self) -> tuple[float, float]:
        """Left and right end of the marks' area."""
        return self.left, self.width - self.right

    @property
    def y(self) -> tuple[float, float]:
        """Lower and upper end of the marks' area: values grow upwards."""
        return self.height - self.bottom, self.top


WIDE = Plane(width=1080.0)
FEW = 12  # bands that a plane of half the page's width shows well


def plane_for(bands: int) -> Plane:
    """A plane as wide as so many bands need."""
    return WIDE if bands > FEW else Plane()


def value_axis(plane: Plane, scale: LinearScale, title: str) -> str:
    """Horizontal gridlines with their values, and what they measure above them."""
    begin, end = plane.x
    parts = [_title(0, plane.top - 15, title)]
    for value in scale.ticks:
        y = scale.place(value)
        is_base = value == 0 or y == plane.y[0]
        parts.append(element("line", x1=begin, x2=end, y1=y, y2=y, class_="base" if is_base else "grid"))
        parts.append(_label(begin - 6, y + 4, scale.label(value), "end"))
    return "".join(parts)


def measured_axis(plane: Plane, scale: LinearScale, title: str) -> str:
    """Values along the foot, with short ticks."""
    foot = plane.y[0]
    parts = [_title(plane.width - plane.right, plane.height - 4, title, "end")]
    for value in scale.ticks:
        x = scale.place(value)
        parts.append(element("line", x1=x, x2=x, y1=foot, y2=foot + 4, class_="base"))
        parts.append(_label(x, foot + 17, scale.label(value), "middle"))
    return "".join(parts)


def band_axis(plane: Plane, scale: BandScale, labels: Sequence[str], title: str) -> str:
    """Names of bands along the foot, as many as fit."""
    longest = max((len(label) for label in labels), default=1) * LETTER + 14
    foot, room = plane.y[0], plane.x[1] - plane.x[0]
    parts = [_title(plane.width - plane.right, plane.height - 4, title, "end")]
    for band, label in thinned(labels, max(1, int(room / longest))):
        x = scale.place(band)
        parts.append(element("line", x1=x, x2=x, y1=foot, y2=foot + 4, class_="base"))
        parts.append(_label(x, foot + 17, label, "middle"))
    return "".join(parts)


def key(entries: Sequence[tuple[str, str]], *, is_filled: bool = False) -> str:
    """What each series' colour and shape stands for: pairs of series and words, on the first line."""
    x, parts = 6.0, []
    for series, text in entries:
        swatch = element("rect", x=x - 5, y=5.0, width=10, height=10, rx=2) if is_filled else marker(series, x, 10)
        parts.append(element("g", swatch, class_=f"mark {series_class(series)}"))
        parts.append(_label(x + 10, 14, text, "start"))
        x += 10 + len(text) * LETTER + 18
    return element("g", *parts)


def series_class(series: str) -> str:
    """The class that carries the colour of a family or kind; those we do not know share one."""
    known = {"baseline", "light", "heavy", "rules", "shared", "serve"}
    return f"series-{series if series in known else 'other'}"


def _title(x: float, y: float, text: str, anchor: str = "start") -> str:
    return element("text", words(text), x=x, y=y, text_anchor=anchor, class_="title")


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return element("text", words(text), x=x, y=y, text_anchor=anchor, class_="label")
