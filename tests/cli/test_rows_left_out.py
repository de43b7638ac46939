"""Rows may be left out when that is said: counted, written beside the file with their reasons, and never too many."""

import csv
from datetime import datetime

import pytest

from cli.errors import InputError

HEADER = "transaction_id,occurred_at,customer_id,amount,is_fraud,kind\n"


def good(number: int) -> str:
    """A row that can be used."""
    return f"g{number},2026-03-01T09:30:00Z,c1,12.50,0,PAYMENT\n"


def left_out(tmp_path) -> list[list[str]]:
    """Line, reason, column and the row's id of what was left out."""
    with (tmp_path / "mine.csv.left-out.csv").open(newline="") as stream:
        return [row[:4] for row in list(csv.reader(stream))[1:]]


BAD = [
    "b1,2026-03-01T09:30:00Z,c1,-3.10,0,PAYMENT\n",
    "b2,2026-02-30T09:30:00Z,c1,1,0,PAYMENT\n",
    "b3,2026-03-01T09:30:00Z,,1,0,PAYMENT\n",
    "g1,2026-03-01T09:30:00Z,c1,1,0,PAYMENT\n",
    "b5,2026-03-01T09:30:00Z,c1,1,maybe,PAYMENT\n",
    "b6,soon,c1,1,0,PAYMENT\n",
]


def test_bad_rows_are_left_out_with_their_reasons_and_lines(read, tmp_path):
    """The good ones are as if the others had never been there."""
    whole = [good(number) for number in range(200)]
    text = HEADER + "".join(whole[:2]) + "".join(BAD) + "".join(whole[2:])
    assert read(text, skip_bad=True) == read(HEADER + "".join(whole))
    read(text, skip_bad=True)
    assert left_out(tmp_path) == [
        ["4", "a negative amount", "amount", "b1"],
        ["5", "no time of the calendar", "occurred_at", "b2"],
        ["6", "nothing", "customer_id", "b3"],
        ["7", "an id that was already used", "transaction_id", "g1"],
        ["8", "neither fraud nor not", "is_fraud", "b5"],
        ["9", "not a time", "occurred_at", "b6"],
    ]
    assert "left out: 1 " in read.said[-1]
    assert "mine.csv.left-out.csv" in read.said[-1]


def test_a_line_of_another_length_is_left_out_too(read, tmp_path):
    """It is no row."""
    text = HEADER + "".join(map(good, range(30))) + "x,y\n"
    with pytest.raises(InputError, match=r"cannot be read as CSV.*--skip-bad"):
        read(text)
    assert len(read(text, skip_bad=True)) == 30
    assert left_out(tmp_path) == [["32", "2 fields where the header has 6", "", "x,y"]]


def test_rows_that_an_open_quote_takes_in_are_bad_ones_each(read):
    """Not one line that may be left out, with half of the file in it."""
    text = HEADER + "".join(map(good, range(30))) + 'x,"' + "".join(map(good, range(30, 60)))
    with pytest.raises(InputError, match=r"line 32 has 2 fields where the header has 6, and a text in quotes that goes on over"):
        read(text)
    with pytest.raises(InputError, match=r"30 rows cannot be used, 50\.0% of all"):
        read(text, skip_bad=True)


def test_one_bad_row_is_told_with_the_option_and_may_always_be_left_out(read):
    """In a file of three, too."""
    text = HEADER + good(1) + good(2) + BAD[0]
    with pytest.raises(InputError, match=r"row 3 \(line 4\): `-3.10` is a negative amount.*--skip-bad leaves such rows out"):
        read(text)
    assert len(read(text, skip_bad=True)) == 2


def test_too_many_bad_rows_are_refused_all_the_same(read):
    """Then the description is wrong; how many may be left out can be said."""
    text = HEADER + "".join(map(good, range(2, 20))) + BAD[0] + BAD[4]
    with pytest.raises(InputError, match=r"2 rows cannot be used, 10\.0% of all, where 5\.0% .*The first: .*--most-bad"):
        read(text, skip_bad=True)
    assert len(read(text, skip_bad=True, most_bad=0.2)) == 18


def test_refunds_are_kept_apart_and_are_no_faults(read, tmp_path):
    """However many there are; whatever stands in them."""
    text = HEADER + good(1) + "r1,2026-03-01T09:30:00Z,c1,-5,0,Refund\nr2,2026-03-01T09:30:00Z,c1,5,0,REVERSAL\n"
    rows = read(text, refund=["kind=REFUND", "kind=reversal"])
    assert [row["transaction_id"] for row in rows] == ["g1"]
    assert [row[3] for row in left_out(tmp_path)] == ["r1", "r2"]
    assert read.said[-1].startswith("left out: 2 refunds")


def test_older_rows_are_left_out_and_counted_and_a_longer_history_is_taken(read, tmp_path):
    """Ten years are the limit only where nobody says since when."""
    rows = "".join(f"o{year},{year}-03-01T09:30:00Z,c1,1,0,PAYMENT\n" for year in (1999, 2004, 2012)) + good(1)
    with pytest.raises(InputError, match=r"more than ten years before the newest.*--since"):
        read(HEADER + rows)
    assert len(read(HEADER + rows, since=datetime(2004, 1, 1))) == 3  # noqa: DTZ001
    assert read.said[-1] == "left out: 1 before 2004-01-01"
    assert not (tmp_path / "mine.csv.left-out.csv").exists()


@pytest.mark.parametrize("refund", [["kind"], ["kind=A", "other=B"], ["=A"]])
def test_a_refund_is_a_column_and_its_word(read, refund):
    """One column."""
    with pytest.raises(InputError, match="--refund type=REFUND"):
        read(HEADER + good(1), refund=refund)


def test_a_file_of_which_nothing_is_left_is_refused(read):
    """Rather than an empty lake."""
    with pytest.raises(InputError, match=r"no row is left. left out: 1 refunds"):
        read(HEADER + good(1), refund=["kind=PAYMENT"])
