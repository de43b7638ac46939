"""A letter that may be fraud as well as false: it is asked about, never decided by a guess."""

from __future__ import annotations

import pyarrow as pa
import pytest
from looked_files import OWN, looked, own_rows, text_of

from intake.errors import InputError
from intake.label_words import verdicts
from intake.labels.reading import Asked, read_labels
from intake.reading import Column


def letters(tmp_path, *words: str):
    """A look at a file whose label column says so for frauds and for others."""
    rows = [[*row[:5], words[0] if row[5] == "1" else words[1]] for row in own_rows(20, frauds_a_day=1)]
    path = tmp_path / "f.csv"
    path.write_text(text_of(OWN, rows))
    return looked(path)


@pytest.mark.parametrize("words", [("F", ""), ("F", "G"), ("x", "")])
def test_a_letter_that_may_be_fraud_as_well_as_false_is_asked_about(tmp_path, words):
    """An F beside blanks, or beside a letter that nobody knows, marks frauds in many files."""
    look = letters(tmp_path, *words)
    assert [question.section for question in look.questions] == ["labels"]
    fraud = [one.lines.get("fraud", "") for one in look.questions[0].replies]
    assert any(f'"{words[0]}"' in text or "..." in text for text in fraud)


def test_an_f_beside_a_t_is_false(tmp_path):
    """Both letters together are those of true and false."""
    assert not letters(tmp_path, "T", "F").questions


def test_reading_takes_no_f_for_false_where_nothing_says_true():
    """It is refused with both options, and read as whoever states it."""
    column = Column("is_fraud", pa.array(["F", None, "F"]), 1)
    with pytest.raises(InputError, match="--fraud-value 'f'"):
        verdicts(column)
    assert verdicts(Column("is_fraud", pa.array(["F", "T"]), 1)).is_fraud.to_pylist() == [False, True]


def test_a_file_of_labels_takes_no_f_for_false_where_nothing_says_true(tmp_path):
    """A bank's F may stand for fraud."""
    path = tmp_path / "bank.csv"
    path.write_text("transaction_id,label\nt1,F\nt2,F\n")
    with pytest.raises(InputError, match=r"line 2.*fraud, or false"):
        read_labels(path, Asked({}))


def test_a_word_of_a_single_row_may_be_a_line_of_totals(tmp_path):
    """What is asked of it says how rare it is."""
    path = tmp_path / "f.csv"
    path.write_text(text_of(OWN, [*own_rows(30, frauds_a_day=1), ["Total", "", "", "", "1234.00", "26"]]))
    assert "`26` means, in 1 row of 301: a line of totals" in looked(path).questions[0].what
