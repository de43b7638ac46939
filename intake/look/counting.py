"""A number with its noun, as people say it."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number with a noun that agrees with it.

    >>> counted(1, "row"), counted(1_200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
