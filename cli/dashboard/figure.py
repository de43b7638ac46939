"""One plot with everything that belongs to it: title, caption, text alternative, and its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cli.dashboard.axes import WIDE, Plane
from cli.dashboard.markup import element, words


@dataclass(frozen=True)
class Table:
    """Rows of text below their headers; columns whose number is in `texts` are read from the left."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: Sequence[int] = (0,)

    def html(self) -> str:
        """The table in a box that scrolls where it is too wide or too long."""
        head = element(
            "tr", *(element("th", words(header), scope="col", class_=self._side(n)) for n, header in enumerate(self.headers))
        )
        body = [
            element("tr", *(element("td", words(cell), class_=self._side(n)) for n, cell in enumerate(row))) for row in self.rows
        ]
        return element("div", element("table", element("thead", head), element("tbody", *body)), class_="scroll", tabindex="0")

    def _side(self, column: int) -> str | None:
        return None if column in self.texts else "number"


PLANE = Plane()


@dataclass(frozen=True)
class Figure:
    """A plot, or in its place the reason why there is none."""

    id_: str
    title: str
    caption: str
    table: Table
    drawing: str = ""
    plane: Plane = PLANE
    unavailable: str = ""

    def html(self) -> str:
        """The figure; its table is folded away below it."""
        shown = self._svg() if self.drawing else element("p", words(f"unavailable: {self.unavailable}"), class_="unavailable")
        heading = element("h3", words(self.title), id=f"{self.id_}-heading")
        caption = element("figcaption", words(self.caption))
        data = element("details", element("summary", words("Show these figures as a table")), self.table.html())
        return element(
            "figure",
            heading,
            shown,
            caption,
            data if self.table.rows else "",
            id=self.id_,
            class_="wide" if self.plane.width >= WIDE.width else None,
        )

    def _svg(self) -> str:
        title = element("title", words(self.title), id=f"{self.id_}-title")
        said = element("desc", words(self.caption), id=f"{self.id_}-desc")
        size = {"viewBox": f"0 0 {self.plane.width:g} {self.plane.height:g}", "role": "img"}
        labelled = {"aria-labelledby": f"{self.id_}-title {self.id_}-desc"}
        svg = element("svg", title, said, self.drawing, **size, **labelled)
        return element("div", svg, class_="plot", tabindex="0", style=f"--least: {self.plane.width * 0.86:g}px")
