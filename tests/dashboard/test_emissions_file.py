"""`logs/emissions.csv` read back as it was written."""

from __future__ import annotations

import pytest
from platform_past import emission, past

from cli.dashboard.emissions_file import read_csv
from cli.emissions import write_csv
from cli.errors import CommandError, InputError


def test_what_was_written_is_read_back(tmp_path):
    """Every field of every record, numbers as numbers, absent values as absent."""
    records = past(2).emissions
    assert read_csv(write_csv(records, tmp_path / "emissions.csv")) == records


def test_no_file_names_make_run(tmp_path):
    """The way to make one."""
    with pytest.raises(CommandError, match=r"there is no .*emissions\.csv\. Run `make run`"):
        read_csv(tmp_path / "emissions.csv")


def test_a_file_without_records_names_make_run(tmp_path):
    """Only its header was written."""
    with pytest.raises(CommandError, match=r"has no records\. Run `make run`"):
        read_csv(write_csv([], tmp_path / "emissions.csv"))


def test_a_damaged_line_is_named(tmp_path):
    """Counted as an editor counts."""
    path = write_csv([emission("train"), emission("train", emissions_g=7.25)], tmp_path / "emissions.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("7.25", "seven"), encoding="utf-8")
    with pytest.raises(InputError, match=r"emissions\.csv, line 3: a number is missing or damaged"):
        read_csv(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    """With the columns it lacks."""
    path = tmp_path / "emissions.csv"
    path.write_text("stage,grams\ntrain,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no column duration_seconds"):
        read_csv(path)
