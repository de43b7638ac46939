"""How many different customers or terminals met: each id has one of 208 places, and whoever was there marks his own.

Linear counting without its estimate (K.-Y. Whang, B. T. Vander-Zanden and H. M. Taylor, A linear-time probabilistic counting
algorithm for database applications, 1990): the marked places are never more than there were ids, and of few ids nearly as
many. So whoever is told "at least 10" has been told the truth. Marks are united by "or": repeated, in any order, by any
number of writers, they stay the same.
"""

from __future__ import annotations

from hashlib import blake2b

BITS = 52  # of a word: as many as every number has that may pass through a double
WORDS = ("distinct_0", "distinct_1", "distinct_2", "distinct_3")
PLACES = BITS * len(WORDS)
NO_PLACE = -1


def place_of(identity: str | None) -> int:
    """Return the place of an id, from 0 to 207; `NO_PLACE` for none.

    >>> place_of("C1029"), place_of("C1030"), place_of(None)
    (124, 143, -1)
    """
    if identity is None:
        return NO_PLACE
    return int.from_bytes(blake2b(identity.encode(), digest_size=8).digest()) % PLACES


def mark(word: int, place: int) -> int:
    """Return what a place adds to the word of this number: one bit, or nothing.

    >>> mark(0, 1), mark(1, 1), mark(1, 53), mark(0, NO_PLACE)
    (2, 0, 2, 0)
    """
    return 1 << place % BITS if place // BITS == word else 0
