"""Texts of a file as they may be shown: on one line, and nothing that a terminal would obey."""

from __future__ import annotations

MOST = 400


def shown(text: str, most: int | None = MOST) -> str:
    r"""Return a text, cut where it is longer than `most`, with a dot for whatever cannot be printed.

    >>> shown("a\x1b[31mb\n")
    'a·[31mb·'
    """
    return "".join(letter if letter.isprintable() else "·" for letter in text[:most])
