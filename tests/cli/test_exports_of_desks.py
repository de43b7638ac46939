"""What desks, spreadsheets and archives leave around a table: passed over where it says nothing, else told with what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.data.importing import ImportOptions, load_file
from cli.errors import InputError
from intake.doubtful_ids import doubts
from intake.reading import Column
from tests.intake.looked_files import FIRST, OWN, looked, own_rows, text_of

TABLE = text_of(OWN, own_rows(20, frauds_a_day=1))


@pytest.mark.parametrize("beside", ["__MACOSX/._f.csv", ".DS_Store", "export/.DS_Store", "Thumbs.db"])
def test_what_a_desk_adds_to_a_zip_is_no_second_file(tmp_path, beside):
    """The table is the only one that is meant."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("export/f.csv", TABLE)
        archive.writestr(beside, b"\0\1")
    path = tmp_path / "f.zip"
    path.write_bytes(stream.getvalue())
    assert load_file(path, ImportOptions()).table.num_rows == 200


def test_a_title_with_the_marks_of_all_columns_is_told(tmp_path):
    """A spreadsheet saves the empty cells beside it."""
    path = tmp_path / "f.csv"
    path.write_text(f"Payments of May{',' * 5}\n{',' * 5}\n{TABLE}")
    with pytest.raises(InputError, match=r"`Payments of May,,,,,`.*Take out what stands above"):
        looked(path)


def test_numbers_of_rows_without_a_name_are_told_by_their_line(tmp_path):
    """R writes row numbers, and no name for them."""
    header, *lines = TABLE.splitlines()
    path = tmp_path / "f.csv"
    path.write_text("\n".join([header, *(f"{place},{line}" for place, line in enumerate(lines))]))
    with pytest.raises(InputError, match=r"line 2 has 7, the first 6, as where rows are numbered"):
        looked(path)


@pytest.mark.parametrize(
    ("name", "remedy"), [("", "--append"), ("*.csv", "One file is read at a time"), ("none.csv", "Check the path")]
)
def test_a_path_that_is_no_file_is_told_with_what_to_give(tmp_path, name, remedy):
    """A folder of parts, a pattern that no shell has replaced, and a name that is wrong."""
    with pytest.raises(InputError, match=f"cannot be read.*{remedy}"):
        looked(tmp_path / name)


def test_an_address_is_no_path():
    """What lies in a bucket is copied here first."""
    with pytest.raises(InputError, match="It is an address: copy the file here"):
        looked(Path("s3://bucket/f.csv"))


def test_ids_that_a_spreadsheet_cut_are_no_repetition(tmp_path):
    """Whoever drops them loses payments."""
    path = tmp_path / "f.csv"
    path.write_text(TABLE.replace("t0-0,", "1.23E+12,").replace("t0-1,", "1.23E+12,"))
    with pytest.raises(InputError, match=r"line 3.*A spreadsheet cut ids.*export them as text"):
        load_file(path, ImportOptions())


@pytest.mark.parametrize(("text", "told"), [('="007"', "formulas"), ("c1\u200b", "nobody sees"), ("\ufeffc1", "nobody sees")])
def test_ids_with_what_an_export_left_in_them_are_told(text, told):
    """They are valid, and two where one was meant."""
    (line,) = doubts(Column("customer_id", pa.array([text, "c2"]), 1))
    assert told in line


def test_a_day_and_a_clock_of_parquet_are_one_moment(tmp_path):
    """In columns of their own kinds; either alone would be half of it."""
    rows = own_rows(20, frauds_a_day=1)
    columns = {name: [row[place] for row in rows] for place, name in enumerate(OWN) if name != "occurred_at"}
    days = pa.array([row[1][:10] for row in rows]).cast(pa.date32())
    clocks = pa.array([time.fromisoformat(row[1][11:19]) for row in rows], pa.time32("s"))
    path = tmp_path / "f.parquet"
    pq.write_table(pa.table({**columns, "date": days, "time": clocks}), path)
    look = looked(path)
    assert (look.chosen["occurred_at"], look.questions) == (("date", "time"), ())
    table = load_file(path, ImportOptions(description=look.proposal)).table
    assert (table["occurred_us"][1].as_py() - table["occurred_us"][0].as_py()) // 60_000_000 == 30
    assert table["occurred_us"][0].as_py() == int(FIRST.replace(tzinfo=UTC).timestamp()) * 10**6
