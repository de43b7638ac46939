"""The list of rows left out is whole, for its owner alone, obeyed by nothing, and follows no link."""

import csv
import errno
import os
import stat

import pytest
from card_rows import HEADER, ROWS

from cli.data.left_out import LeftOut
from cli.errors import InputError

BAD = "b1,2026-03-01T09:30:00Z,c1,t1,-12.50,0\n"
TEXT = f"{HEADER}\n" + "\n".join(ROWS) + "\n"
NAME = "mine.csv.left-out.csv"


def listed(tmp_path) -> list[list[str]]:
    """The list below its header."""
    with (tmp_path / NAME).open(newline="") as stream:
        return list(csv.reader(stream))[1:]


def test_the_list_replaces_a_link_and_leaves_what_it_points_to(read, tmp_path):
    """Whoever may write into the folder cannot choose what else is written."""
    victim = tmp_path / "victim"
    victim.write_text("dear")
    (tmp_path / NAME).symlink_to(victim)
    read(TEXT + BAD, skip_bad=True)
    assert victim.read_text() == "dear"
    assert [row[3] for row in listed(tmp_path)] == ["b1"]


def test_the_list_is_its_owners_alone(read, tmp_path):
    """Whatever others may read of what was there before."""
    (tmp_path / NAME).write_text("")
    (tmp_path / NAME).chmod(0o644)
    read(TEXT + BAD, skip_bad=True)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_long_ids_are_listed_whole(read, tmp_path):
    """Whoever mends the file finds the row by them."""
    long = "b" * 200
    read(TEXT + BAD.replace("b1", long), skip_bad=True)
    assert listed(tmp_path)[0][3] == long


@pytest.mark.parametrize("value", ["=1+1", "@SUM(A1)", "+cmd|x", "-2+3"])
def test_no_spreadsheet_obeys_a_value_and_a_number_stays_one(read, tmp_path, value):
    """A refund's amount begins with its sign."""
    read(f"{TEXT}{BAD.replace('b1', value)}{value},2\n", skip_bad=True, most_bad=0.5)
    row, misfit = listed(tmp_path)
    assert (row[3], misfit[3]) == (f"'{value}", f"'{value},2")
    assert "-12.50" in row


def test_no_terminal_obeys_a_line_that_is_no_row(read, tmp_path):
    """Nor a value of one."""
    read(TEXT + BAD.replace("b1", "b\x1b[2J") + "x\x1b[2J,2\n", skip_bad=True, most_bad=0.5)
    assert b"\x1b" not in (tmp_path / NAME).read_bytes()


def test_a_full_disk_leaves_the_list_that_was_there(read, tmp_path, monkeypatch):
    """And no half of one beside it."""

    def fills_the_disk(*_):
        yield [2, "a negative amount", "amount", "b1"]
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / NAME).write_text("before")
    monkeypatch.setattr(LeftOut, "_lines", fills_the_disk)
    with pytest.raises(InputError, match=rf"{NAME}, the list .* cannot be written: No space left"):
        read(TEXT + BAD, skip_bad=True)
    assert (tmp_path / NAME).read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.csv", NAME]
