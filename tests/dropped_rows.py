"""Rows that a bank drops, and what became of them."""

from __future__ import annotations

from greenfraud.instants import format_rfc3339
from tests.labelled_platform import LabelledPlatform

AT_US = 1_760_000_000_000_000
AT = format_rfc3339(AT_US + 3_600_000_000)
ROWS = [f"T{number},fraud,{AT}" for number in range(30)]


def outcomes(platform: LabelledPlatform) -> list[list[str]]:
    """What became of the rows, by receipt."""
    return [[row["outcome"] for row in rows] for rows in platform.receipts().values()]
