"""One figure on top of a page: what it is, its value, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.markup import element, words


@dataclass(frozen=True)
class Tile:
    """A term, its figure, and its basis."""

    name: str
    value: str
    basis: str

    def html(self) -> str:
        """Term, figure and basis of a description list."""
        basis = element("dd", words(self.basis), class_="basis")
        return element("div", element("dt", words(self.name)), element("dd", words(self.value)), basis)
