"""The index of the review list: what asks for a person stands in the index REVIEWS of the decisions, and nothing else does.

All writes under one key go to one partition, which takes 1,000 write units a second, and an index that is throttled throttles
the table's own put. So what was allowed has no key there, and the doubts of a day are spread over a few. What was decided moves
to keys of its own, or whoever looks for what is open would read all the work of a week first.
"""

from __future__ import annotations

import zlib

PARTS = 8
DECIDED = "#decided"


def part_of(day: str, transaction_id: str) -> str:
    """Return the key under which one doubt of a day stands.

    >>> part_of("2018-05-20", "T1")
    '2018-05-20#5'
    """
    return f"{day}#{zlib.crc32(transaction_id.encode()) % PARTS}"


def decided_part_of(day: str, transaction_id: str) -> str:
    """Return the key under which it stands once it was decided: out of the way of what is still to do.

    >>> decided_part_of("2018-05-20", "T1")
    '2018-05-20#5#decided'
    """
    return part_of(day, transaction_id) + DECIDED


def keys_of(day: str, *, is_all: bool = False) -> list[str]:
    """Return the keys of a day's doubts, all with those that were decided.

    Before the day had parts, all stood under the day itself.

    >>> keys_of("2018-05-20")[:2], len(keys_of("2018-05-20", is_all=True))
    (['2018-05-20', '2018-05-20#0'], 17)
    """
    parts = parts_of(day)
    return [day, *parts, *([part + DECIDED for part in parts] if is_all else [])]


def parts_of(day: str) -> list[str]:
    """Return all keys of a day's doubts.

    >>> parts_of("2018-05-20")[:2]
    ['2018-05-20#0', '2018-05-20#1']
    """
    return [f"{day}#{part}" for part in range(PARTS)]
