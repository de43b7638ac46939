"""Values with their intervals as bars of plain HTML: as wide as the reader's page, and without a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reporting.markup import element, words


class Range(NamedTuple):
    """One line of a drawing: whose, in which colour, value and interval."""

    name: str
    colour: str
    value: float
    low: float
    high: float


def ranges(lines: Sequence[Range], written: Callable[[float], str]) -> str:
    """Return the drawing: every line on the same scale, with zero where it lies on it."""
    low, high = min(line.low for line in lines), max(line.high for line in lines)
    low, high = min(low, 0.0), max(high, 0.0)
    width = (high - low) or 1.0

    def at(value: float) -> str:
        return f"{100 * (value - low) / width:.2f}%"

    def drawn(line: Range) -> str:
        colour = f"background: var(--{line.colour})"
        bar = element(
            "span", class_="bar", style=f"left: {at(line.low)}; width: {100 * (line.high - line.low) / width:.2f}%; {colour}"
        )
        dot = element("span", class_="dot", style=f"left: {at(line.value)}; {colour}")
        said = f"{written(line.value)}, 95 %: {written(line.low)} to {written(line.high)}"
        zero = element("span", class_="zero", style=f"left: {at(0.0)}")
        track = element("div", zero, bar, dot, class_="track", role="img", title=said, **{"aria-label": said})
        cells = element("dt", words(line.name)), element("dd", track), element("dd", words(written(line.value)), class_="number")
        return "".join(cells)

    return element("dl", *(drawn(line) for line in lines), class_="ranges")
