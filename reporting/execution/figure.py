"""A picture with all that belongs to it: title, caption, and its figures as a table below."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.markup import element, words
from reporting.table import Table


@dataclass(frozen=True)
class Figure:
    """A picture, or in its place the reason why there is none."""

    id_: str
    title: str
    caption: str
    table: Table
    picture: str | None
    unavailable: str = ""

    def html(self) -> str:
        """The figure; its table is folded away below it."""
        shown = element("p", words(f"unavailable: {self.unavailable}"), class_="unavailable")
        if self.picture:
            named = {"aria-labelledby": f"{self.id_}-title", "aria-describedby": f"{self.id_}-caption"}
            shown = element("div", self.picture, class_="picture", role="img", **named)
        heading = element("h3", words(self.title), id=f"{self.id_}-title")
        caption = element("figcaption", words(self.caption), id=f"{self.id_}-caption")
        folded = element("details", element("summary", words("Show these figures as a table")), self.table.html())
        return element("figure", heading, shown, caption, folded if self.table.rows else "", id=self.id_)
