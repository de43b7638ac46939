"""A look names the line by which a column that no field takes becomes features."""

from __future__ import annotations

import doctest
import tomllib
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from greenfraud.extras import RESERVED, check_names
from greenfraud.features.columns import read_columns
from intake.look import declaring
from intake.look.declaring import declarations, declared_name
from intake.look.findings import ColumnSeen


def seen(name: str, kind: str, distinct: int) -> ColumnSeen:
    """A column of a hundred rows."""
    return ColumnSeen(name=name, place=0, kind=kind, examples=(), distinct=distinct, absent=0, rows=100)


def lines_of(*columns: ColumnSeen) -> list[str]:
    """The lines for columns of which none is used."""
    look = SimpleNamespace(columns=columns, unused=tuple(column.name for column in columns))
    return [line for _, line in declarations(look)]


def test_the_examples_hold() -> None:
    """Of names."""
    assert doctest.testmod(declaring).failed == 0


def test_numbers_are_numbers_and_what_payments_share_has_a_past_of_its_own() -> None:
    """What never repeats, or is empty, says nothing of the next payment."""
    lines = lines_of(seen("km", "number", 80), seen("Device", "text", 20), seen("memo", "text", 90), seen("x", "empty", 0))
    assert lines == ['km = { kind = "number" }', 'device = { kind = "entity", prior_reports = 1, prior_payments = 200 }']


@given(st.one_of(st.text(max_size=20), st.sampled_from(sorted(RESERVED))), st.sampled_from(["number", "category", "text", "flag"]))
def test_every_line_is_a_declaration_that_the_platform_takes(name: str, kind: str) -> None:
    """Whatever the column is called."""
    (line,) = lines_of(seen(name, kind, 10))
    (declared,) = read_columns(tomllib.loads(line))
    check_names([declared.column])
    assert declared.column == declared_name(name)
