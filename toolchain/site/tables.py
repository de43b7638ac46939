"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    r"""Lines of a table; what a cell holds cannot end it.

    >>> table(["a", "b"], [["1|2", "x\ny"]])
    ['| a | b |', '|---|---|', '| 1\\|2 | x y |', '']
    """
    return [line(heads), "|" + "---|" * len(heads), *(line([_cell(one) for one in row]) for row in rows), ""]


def line(cells: Iterable[object]) -> str:
    """One row."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
