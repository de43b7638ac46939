"""The line of a row is found above whatever stands in a column that nobody reads."""

import csv

import pytest

from intake.csv_lines import Lines
from intake.errors import InputError


def test_a_long_memo_above_a_row_does_not_hide_its_line(tmp_path):
    """Arrow reads it, and so it is counted."""
    path = tmp_path / "f.csv"
    path.write_text(f'id,memo\na,"{"x" * 200_000}\n"\nb,\n')
    assert Lines(path, "utf-8", ",", 2).of([0, 1]) == [2, 4]


def test_a_field_that_nobody_can_count_is_told_by_its_line(tmp_path):
    """And not as a fault of ours."""
    path = tmp_path / "f.csv"
    path.write_text(f"id,memo\na,b\nc,{'x' * 50}\n")
    before = csv.field_size_limit(40)
    try:
        with pytest.raises(InputError, match=r"f\.csv, line 3: field larger than field limit"):
            Lines(path, "utf-8", ",", 2).of([1])
    finally:
        csv.field_size_limit(before)
