"""Refunds with amounts like any other: a column's words tell them, and nobody takes them for payments unasked."""

from __future__ import annotations

import pytest
from looked_files import OWN, described, looked, own_rows, text_of


def told(tmp_path, column: str, word: str, other: str = "sale", **asked: object):
    """A look at a file of which every tenth row says so."""
    rows = [[*row, word if place % 10 == 0 else other] for place, row in enumerate(own_rows(20, frauds_a_day=1))]
    path = tmp_path / "f.csv"
    path.write_text(text_of((*OWN, column), rows))
    return looked(path, **asked)


@pytest.mark.parametrize("word", ["REFUND", "Reversed", "partial_refund", "환불"])
def test_a_word_for_refunds_is_asked_about(tmp_path, word):
    """The file needs no other guess; whoever says nothing of it would learn from money that flows back."""
    (question,) = told(tmp_path, "type", word).questions
    assert (question.section, question.what.split(",")[0]) == ("rows", f"type: {word} in 20 rows")
    assert question.replies[0].lines["kind"] == f'{{ column = "type", refund = ["{word}"] }}'


def test_beside_empty_cells_alone_it_is_asked_about_too(tmp_path):
    """Some mark refunds, and write nothing of all others."""
    assert len(told(tmp_path, "mark", "REFUNDED", other="").questions) == 1


@pytest.mark.parametrize("refund", ['["REFUND"]', "[]"])
def test_either_reply_settles_it(tmp_path, refund):
    """Left out, or payments all the same: what is said is not asked again."""
    given = described(f'rows.kind = {{ column = "type", refund = {refund} }}')
    assert not told(tmp_path, "type", "REFUND", given=given).questions


@pytest.mark.parametrize("word", ["credit", "transfer"])
def test_other_words_are_not_asked_about(tmp_path, word):
    """A kind of card, or of payment."""
    assert told(tmp_path, "type", word).is_plain
