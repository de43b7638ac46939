"""Payments that were declined: a column's words tell them, and nobody takes them for accepted ones unasked."""

from __future__ import annotations

import pytest
from looked_files import OWN, described, looked, own_rows, text_of


def told(tmp_path, column: str, words: tuple[str, str], **asked: object):
    """A look at a file of which every tenth row has the first word, all others the second."""
    rows = [[*row, words[place % 10 > 0]] for place, row in enumerate(own_rows(20, frauds_a_day=1))]
    path = tmp_path / "f.csv"
    path.write_text(text_of((*OWN, column), rows))
    return looked(path, **asked)


@pytest.mark.parametrize("word", ["DECLINED", "Soft Decline", "not_authorised", "abgelehnt", "거절"])
def test_a_word_for_declined_payments_is_asked_about(tmp_path, word):
    """The file needs no other guess; whoever says nothing of it would learn that such amounts are usual."""
    (question,) = told(tmp_path, "status", (word, "APPROVED")).questions
    assert (question.section, question.what.split(",")[0]) == ("rows", f"status: {word} in 20 rows")
    assert question.replies[0].lines["declined"] == f'{{ column = "status", words = ["{word}"] }}'


def test_beside_empty_cells_alone_it_is_asked_about_too(tmp_path):
    """Some write why a payment was declined, and nothing of all others."""
    assert len(told(tmp_path, "response", ("declined", "")).questions) == 1


@pytest.mark.parametrize("words", ['["DECLINED"]', "[]"])
def test_either_reply_settles_it(tmp_path, words):
    """What is said is not asked again."""
    given = described(f'rows.declined = {{ column = "status", words = {words} }}')
    assert not told(tmp_path, "status", ("DECLINED", "APPROVED"), given=given).questions


def test_nobody_is_told_to_make_a_feature_of_it(tmp_path):
    """What became of a payment is not known when it is to be decided."""
    assert not [one for one in told(tmp_path, "status", ("DECLINED", "APPROVED")).suggested if one.column == "status"]
    assert [one for one in told(tmp_path, "status", ("GOLD", "SILVER")).suggested if one.column == "status"]


@pytest.mark.parametrize("words", [("GOLD", "SILVER"), ("DECLINED", "DECLINED")])
def test_other_words_and_a_single_one_are_not_asked_about(tmp_path, words):
    """A file of declined payments alone has none that were accepted to tell them from."""
    assert told(tmp_path, "status", words).is_plain


def test_a_column_of_our_own_decisions_settles_it_too(tmp_path):
    """Its words are the platform's: block is what declined means."""
    assert not told(tmp_path, "decision", ("block", "allow")).questions
