"""Pictures as SVG in a page's own text: drawn once by matplotlib, coloured by the page's variables, so that they follow the reader.

Equal figures give equal pictures: nothing in them is a date or a chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Any

from greenfraud.palette import HUES, OTHER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 4.0, 2.8  # inches; letters of 9 points stay readable on a screen of 360 pixels
SHORT_KEY = 36  # letters that a key of one line has room for
EDGE, AXIS, FOOT, TURNED, LINE = 0.16, 0.74, 0.47, 0.66, 0.17  # inches around the axes, and of a line of the key
INK, SOFT, GRID, GROUND = "#16181a", "#55585c", "#e3e3df", "#fefefe"
VARIABLES = {hue.light: f"var(--{kind})" for kind, hue in reversed({**HUES, "other": OTHER}.items())}  # the first
VARIABLES |= {INK: "var(--ink)", SOFT: "var(--soft)", GRID: "var(--line)", GROUND: "var(--card)"}
SHAPES = {"baseline": "o", "light": "s", "heavy": "^", "production": "D", "rules": "X"}
LOOK: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": GRID,
    "axes.grid": True,
    "axes.labelcolor": SOFT,
    "axes.facecolor": "none",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 9,
    "grid.color": GRID,
    "legend.frameon": False,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",  # words stay words
    "svg.hashsalt": "greenfraud",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
}
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def drawn(draw: Callable[[Axes], None], *, height: float = HEIGHT) -> str:
    """Return what `draw` puts on the axes as an element of a page; it takes the width that it is given."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    text = StringIO()
    with rc_context(LOOK):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.subplots()
        draw(axes)
        rows = _key(figure, axes)
        left = AXIS if axes.get_yticklabels() else EDGE
        foot = TURNED if any(label.get_rotation() for label in axes.get_xticklabels()) else FOOT
        ends = {"left": left / WIDTH, "right": 1 - EDGE / WIDTH, "bottom": foot / height, "top": 1 - (EDGE + rows * LINE) / height}
        figure.subplots_adjust(**ends)
        axes.yaxis.set_label_coords(EDGE / WIDTH, (ends["bottom"] + ends["top"]) / 2, transform=figure.transFigure)
        figure.savefig(text, format="svg", metadata=NO_METADATA)
    return inline(text.getvalue())


def _key(figure: Figure, axes: Axes) -> int:
    """Put the key above the axes; return how many lines it takes."""
    words = axes.get_legend_handles_labels()[1]
    if not words:
        return 0
    columns = 4 if len("".join(words)) < SHORT_KEY else 2
    look = {"handlelength": 1.4, "columnspacing": 1.0, "fontsize": "small", "borderaxespad": 0.0}
    figure.legend(loc="upper left", ncols=columns, bbox_to_anchor=(EDGE / WIDTH, 1.0), **look)
    return -(-len(words) // columns)


def inline(svg: str) -> str:
    """Return matplotlib's file as part of a page: without its preamble, names and fonts, in the page's colours.

    >>> inline('<?xml version="1.0"?><svg viewBox="0 0 1 1" width="9pt" height="8pt"><path id="a_1" style="fill: #16181a"/></svg>')
    '<svg viewBox="0 0 1 1" aria-hidden="true"><path style="fill: var(--ink)"/></svg>'
    """
    body = svg[svg.index("<svg") :]
    head, rest = body.split(">", 1)
    head = re.sub(r' (?:xmlns(?::\w+)?|version|width|height)="[^"]*"', "", head) + ' aria-hidden="true"'
    rest = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style[^>]*>.*?</style>|<defs>\s*</defs>", "", rest, flags=re.DOTALL)
    used = set(re.findall(r"#([\w.-]+)[\")]", rest))
    rest = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", rest)
    rest = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", rest)
    rest = re.sub(r"font-family: [^;\"]*; ?", "", rest).replace("xlink:href", "href")
    rest = re.sub(r"#[0-9a-f]{6}", lambda found: VARIABLES.get(found[0], found[0]), rest)
    return re.sub(r"\n\s*", "\n", f"{head}>{rest}").strip()


def colour_of(kind: str) -> str:
    """The colour of a family, of production, or of the rules."""
    return HUES.get(kind, OTHER).light


def shape_of(kind: str) -> str:
    """A shape, so that colour is not all that tells them apart."""
    return SHAPES.get(kind, "v")
