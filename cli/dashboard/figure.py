"""One plot with everything that belongs to it: title, caption, and its figures as a table."""

from __future__ import annotations

import json
from dataclasses import dataclass

import altair as alt

from cli.dashboard.theme import vega_lite
from reporting.markup import element, words
from reporting.table import Table

UNDRAWN = "This browser runs no scripts, so Vega cannot draw this plot; the table below has its figures."


@dataclass(frozen=True)
class Figure:
    """A plot, or in its place the reason why there is none; `is_wide` takes the page's whole width."""

    id_: str
    title: str
    caption: str
    table: Table
    chart: alt.Chart | alt.LayerChart | None
    unavailable: str
    is_wide: bool = False

    def html(self) -> str:
        """The figure; its table is folded away below it."""
        shown = (
            self._plot(self.chart) if self.chart else element("p", words(f"unavailable: {self.unavailable}"), class_="unavailable")
        )
        heading = element("h3", words(self.title), id=f"{self.id_}-title")
        caption = element("figcaption", words(self.caption), id=f"{self.id_}-caption")
        data = element("details", element("summary", words("Show these figures as a table")), self.table.html())
        parts = (heading, shown, caption, data if self.table.rows else "")
        return element("figure", *parts, id=self.id_, class_="wide" if self.is_wide else None)

    def _plot(self, chart: alt.Chart | alt.LayerChart) -> str:
        """The place where Vega draws, and what it draws: data that no browser takes for markup."""
        specification = json.dumps(vega_lite(chart), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        place = element("div", element("noscript", words(UNDRAWN)), class_="plot")
        labelled = {"role": "img", "aria-labelledby": f"{self.id_}-title", "aria-describedby": f"{self.id_}-caption"}
        return element("div", place, element("script", specification, type="application/json"), **labelled)
