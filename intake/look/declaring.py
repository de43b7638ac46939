"""How columns that no field takes become features: the line of feature_repo/columns.toml that would use each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenfraud.extras import RESERVED

if TYPE_CHECKING:
    from intake.look.findings import ColumnSeen, Look

NUMBERS = {"number", "whole number"}
SHARED = 2.0  # payments that share a value: with fewer, nothing is learned of the next one
PRIOR_PAYMENTS = 200


def declarations(look: Look) -> tuple[tuple[str, str], ...]:
    """Return column and line of each unused column that says something; one that never repeats, or is empty, says nothing."""
    unused = [column for column in look.columns if column.name in look.unused]
    return tuple((column.name, line) for column in unused for line in _line(column))


def declared_name(column: str) -> str:
    """The name under which a column may be declared.

    >>> declared_name("Card Type"), declared_name("2nd"), declared_name("weight")
    ('card_type', 'column_2nd', 'column_weight')
    """
    name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
    return name if re.match(r"[a-z]", name) and name not in RESERVED else f"column_{name}".rstrip("_")


def _line(column: ColumnSeen) -> Iterator[str]:
    name = declared_name(column.name)
    if column.kind in NUMBERS and not column.is_unique:
        yield f'{name} = {{ kind = "number" }}'
    elif column.kind in {"category", "text", "flag"} and column.payments_each >= SHARED:
        yield f'{name} = {{ kind = "entity", prior_reports = 1, prior_payments = {PRIOR_PAYMENTS} }}'
