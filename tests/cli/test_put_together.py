"""Files that were put together from several: the names of the columns stand again where the next one begins."""

from __future__ import annotations

import pytest

from cli.data.importing import ImportOptions, load_file
from tests.intake.looked_files import OWN, looked, own_rows, text_of


@pytest.fixture
def together(tmp_path):
    """Two halves of one file after each other, the second with a byte order mark."""
    rows = own_rows(20, frauds_a_day=1)
    path = tmp_path / "f.csv"
    path.write_text(text_of(OWN, rows[:100]) + "\ufeff" + text_of(OWN, rows[100:]), encoding="utf-8")
    return path


def test_a_look_takes_the_names_for_no_word_of_a_label(together):
    """`is_fraud` in the middle is neither fraud nor not, and nothing is to be asked."""
    look = looked(together)
    assert (look.rows, look.labels.counts, look.is_plain) == (200, {"1": 20, "0": 180}, True)


def test_reading_leaves_the_names_out_and_says_so(together):
    """The payments are those of both files, and each keeps its line."""
    notes = list[str]()
    dataset = load_file(together, ImportOptions(), note=notes.append)
    assert dataset.table.num_rows == 200
    assert "left out: 1 line with the names of the columns again" in notes[0]
