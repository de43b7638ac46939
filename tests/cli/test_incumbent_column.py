"""The incumbent's column of a person's file: scores of any scale, decisions in any words, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.compare.incumbent import parse_words, read_incumbent, table_of
from cli.errors import InputError

ROWS = 3


def file_of(folder: Path, **columns: list[Any]) -> Path:
    """A history of three payments with further columns."""
    known = {
        "transaction_id": ["T3", "T1", "T2"],
        "occurred_at": ["2018-05-03T00:00:00Z", "2018-05-01T00:00:00Z", "2018-05-02T00:00:00Z"],
        "customer_id": ["C1"] * ROWS,
        "amount": ["1.50"] * ROWS,
        "is_fraud": [0, 0, 1],
    }
    pq.write_table(pa.table({**known, **columns}), folder / "history.parquet")
    return folder / "history.parquet"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.9, 0.1, 0.5], "probabilities from 0.1 to 0.9"),
        ([999, 0, 500], "points from 0 to 999"),
        (["999", "0", "500.5"], "points from 0 to 999"),
    ],
)
def test_a_score_may_have_any_scale(tmp_path: Path, values: list[Any], told: str):
    """Only its order counts; what it was taken for is told."""
    found = read_incumbent(file_of(tmp_path, old=values), {}, "old")
    assert found.scores.to_pylist() == [float(value) for value in values]
    assert told in found.told


def test_rows_without_a_score_stay_without_one(tmp_path: Path):
    """They are counted, and are NaN for who judges, in the order asked for."""
    found = read_incumbent(file_of(tmp_path, old=[0.9, None, 0.5]), {}, "old", is_reversed=True)
    asked = pa.table({"transaction_id": ["T1", "T2", "T3"], "occurred_us": [1, 2, 3]})
    assert "nothing in 1 of 3 rows" in found.told
    assert str(table_of(found, asked)["score"].to_pylist()) == "[nan, -0.5, -0.9]"


def test_decisions_are_read_in_the_words_of_most_and_in_ones_own(tmp_path: Path):
    """Each word is told with what it was taken for."""
    file = file_of(tmp_path, verdict=["Approve", " DECLINE", "stop"])
    found = read_incumbent(file, {}, "verdict", words=parse_words("stop=review"))
    assert found.scores.to_pylist() == [0.0, 2.0, 1.0]
    assert "`approve` is allow (1), `stop` is review (1), `decline` is block (1)" in found.told


def test_decisions_that_were_acted_on_may_be_the_imports_own_column(tmp_path: Path):
    """Read twice: as what became of the payment, and as what the incumbent said."""
    found = read_incumbent(file_of(tmp_path, decision=["allow", "block", None]), {}, "decision", words={})
    assert found.scores.to_pylist() == [0.0, 2.0, None]


@pytest.mark.parametrize(
    ("column", "values", "words", "reason"),
    [
        ("new", [1, 2, 3], None, "has no column `new`. It has transaction_id"),
        ("old", [0.5, 0.5, 0.5], None, "says the same of every transaction"),
        ("old", [None, None, None], None, "empty in every row"),
        ("old", ["yes", "no", "no"], None, "holds words: give it as a decision, --decision old"),
        ("old", ["0.1", "high", "0.3"], None, "row 2: `high` is no number. Write decimal numbers with a point"),
        ("old", ["0,1", "0,25", ",3"], None, "row 1: `0,1` is no number (and 2 more rows). Write decimal numbers with a point"),
        ("old", [0.1, float("inf"), 0.3], None, "row 2: `inf` is an infinite number"),
        ("old", ["maybe", "allow", "block"], {}, "holds `maybe`, and what that decides is not known. Say it: --words maybe=allow"),
        ("is_fraud", [1, 2, 3], None, "the label `is_fraud` itself"),
    ],
)
def test_a_column_that_cannot_rank_is_refused_with_the_remedy(
    tmp_path: Path, column: str, values: list[Any], words: dict[str, str] | None, reason: str
):
    """Before minutes of training."""
    file = file_of(tmp_path, **({} if column != "old" else {"old": values}))
    with pytest.raises(InputError) as error:
        read_incumbent(file, {}, column, words=words)
    assert reason in str(error.value)


@pytest.mark.parametrize("text", ["stop", "stop=", "stop=perhaps", "=block"])
def test_words_of_ones_own_say_what_they_decide(text: str):
    """One of three decisions."""
    with pytest.raises(InputError, match="word=decision"):
        parse_words(text)


def test_a_word_of_ones_own_may_be_a_challenge():
    """As the words do that everybody knows: somebody is to look, or prove who he is."""
    assert parse_words("step up=challenge,STOP=block") == {"step up": "review", "stop": "block"}
