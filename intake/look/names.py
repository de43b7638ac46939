"""Which field the name of a column speaks of, by the names that people use."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from intake.layout import HANDBOOK

OWN = 4  # the field's own name, or the handbook's
CLEARNESS = {"sure": 3, "usual": 2, "vague": 1}
TIME_PARTS = ("year", "month", "day", "hour")


def plain_name(name: str) -> str:
    """Return the letters and digits of a name in lower case.

    >>> plain_name("trans_date_trans_time"), plain_name("Is Fraud?")
    ('transdatetranstime', 'isfraud')
    """
    return re.sub(r"[\W_]+", "", name).lower()


def points_of(name: str, field: str) -> int:
    """Return how clearly a name speaks of a field, from 4 (its own, or the handbook's) to 0.

    >>> [points_of(name, "customer_id") for name in ("customer_id", "cc_num", "card1", "from", "merchant")]
    [4, 3, 2, 1, 0]
    """
    return OWN if name in {field, HANDBOOK.get(field)} else _known().get(field, {}).get(plain_name(name), 0)


def time_part_of(name: str) -> str:
    """Return which part of a moment a name speaks of: year, month, day, hour, or nothing.

    >>> time_part_of("Year"), time_part_of("amount")
    ('year', '')
    """
    return next((part for part in TIME_PARTS if points_of(name, part)), "")


@cache
def _known() -> dict[str, dict[str, int]]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        field: {name: CLEARNESS[clearness] for clearness, names in found.items() for name in names.split()}
        for field, found in table.items()
    }
