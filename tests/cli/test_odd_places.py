"""A file may be no file, grow while it is read, or lie where nothing can be written: that is said, and nothing of it stays."""

from __future__ import annotations

import errno
import os

import pytest
from brought_files import bring

from cli.data import importing

TEXT = "id;wann;karte;betrag;betrug\n1;18.01.2026 09:30;c1;12,50;nein\n2;19.01.2026 09:30;c2;7,00;ja\n"


@pytest.mark.parametrize("place", ["pipe", "device"])
def test_what_can_be_read_once_is_no_file(tmp_path, place):
    """And nobody waits for somebody to write into it."""
    path = tmp_path / "p"
    if place == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null")
    found = bring(path)
    assert found.code == 2
    assert "is no file, and can be read once at most. Save what comes from it" in found.said


def test_a_folder_is_told_as_such(tmp_path):
    """With its path."""
    found = bring(tmp_path)
    assert (found.code, "Is a directory" in found.said) == (2, True)


def test_half_a_description_does_not_stay_where_the_disk_is_full(tmp_path, monkeypatch):
    """It would be read as a whole one."""
    path = tmp_path / "f.csv"
    path.write_text(TEXT)

    class Full:
        """A stream onto a disk that has no room."""

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    from pathlib import Path

    opened = Path.open

    def full(self, mode="r", **others):
        stream = opened(self, mode, **others)
        return Full() if "x" in mode else stream

    monkeypatch.setattr(Path, "open", full)
    found = bring(path)
    assert found.code == 2
    assert "dataset.toml cannot be written: No space left on device. Make room" in found.said
    assert [one.name for one in tmp_path.iterdir()] == ["f.csv"]


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    """Its identity would be another's."""
    path = tmp_path / "f.csv"
    path.write_text(TEXT)
    read = importing.read_source

    def growing(*given, **others):
        source = read(*given, **others)
        path.write_text(f"{TEXT}3;20.01.2026 09:30;c2;7,00;ja\n")
        return source

    monkeypatch.setattr(importing, "read_source", growing)
    found = bring(path)
    assert found.code == 2
    assert "was written to while it was read. Wait until it is whole" in found.said


def test_a_large_file_says_that_it_is_read_also_where_no_terminal_is(tmp_path, monkeypatch):
    """A line for so many rows, and one before all of it is checked."""
    monkeypatch.setattr("cli.data.looking.ROWS_A_LINE", 1)
    monkeypatch.setattr("cli.data.importing.MUCH_BYTES", 10)
    path = tmp_path / "f.csv"
    path.write_text(TEXT)
    said = bring(path).said.replace("\n", "")
    assert f"looking at {path}: 2 rows" in said
    assert f"reading {path}, from its first row to its last" in said
