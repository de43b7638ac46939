"""Figures as a table, below the picture that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.markup import element, words


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
