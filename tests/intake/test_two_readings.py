"""What a file of many rows can mean in two ways is asked, and nothing of it is proposed: a wrong guess would stay unseen."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.intake.looked_files import OWN, described, looked, own_rows


def paid(*amounts: str, days: int = 20) -> list[list[str]]:
    """Rows with these amounts, one after the other."""
    return [[*row[:4], amounts[number % len(amounts)], row[5]] for number, row in enumerate(own_rows(days))]


def asked(look) -> list[str]:
    """What is asked, without what a person may answer."""
    return [question.what for question in look.questions]


def test_a_point_before_three_digits_only_may_be_either(seen):
    """1.250 is a quarter more than one to a program, and a thousand to a person in Rome."""
    look = seen(OWN, paid("1.250", "12", "3.000"))
    assert [question.section for question in look.questions] == ["money"]
    assert "1.250 may be either" in look.questions[0].what
    assert [dict(reply.lines) for reply in look.questions[0].replies] == [
        {"decimal": '","', "thousands": '"."'},
        {"round": "true"},
        {"currency": '"KWD"'},
    ]
    assert look.proposal.money == described("").money


@pytest.mark.parametrize("said", ['decimal = ","\nthousands = "."', "round = true", 'currency = "KWD"'])
def test_what_was_said_of_a_point_is_not_asked_again(seen, said):
    """Whichever it was."""
    given = described(f"[money]\n{said}")
    assert asked(seen(OWN, paid("1.250", "12"), given=given)) == []


def test_a_point_of_stored_numbers_is_a_point(tmp_path):
    """Parquet has no marks."""
    columns = list(zip(*paid("1"), strict=True))
    table = pa.table({name: columns[place] for place, name in enumerate(OWN)} | {"amount": [1.25, 12.125] * 100})
    pq.write_table(table, tmp_path / "f.parquet")
    assert asked(looked(tmp_path / "f.parquet")) == ["amount: amounts have up to 3 decimals, EUR has 2"]


@pytest.mark.parametrize(("amount", "decimal"), [("1,250", "."), ("1.250", ",")])
def test_a_mark_of_money_without_decimals_stands_between_thousands(seen, amount, decimal):
    """A won has no quarters."""
    look = seen(OWN, paid(amount, "900"), currency="KRW")
    assert asked(look) == []
    assert (look.proposal.money.decimal, look.proposal.money.thousands) == (decimal, amount[1])


@pytest.mark.parametrize("name", ["amount", "price"])
@pytest.mark.parametrize("amounts", [("1250", "799", "2000"), ("1250.0", "799.0")])
def test_whole_amounts_of_many_rows_may_be_cents(seen, name, amounts):
    """Under our own name too: who exported it did not know us."""
    look = seen([name if one == "amount" else one for one in OWN], paid(*amounts))
    assert [(question.section, [dict(reply.lines) for reply in question.replies]) for question in look.questions] == [
        ("columns", [{"amount": f'"{name}"'}, {"amount_minor": f'"{name}"'}])
    ]
    assert "amount" not in look.proposal.columns


def test_whole_amounts_are_not_asked_of_where_they_can_be_only_one_thing(seen):
    """Said, with decimals somewhere, of money that has none, or too few to tell."""
    assert asked(seen(OWN, paid("1250"), given=described('[columns]\namount = "amount"'))) == []
    assert asked(seen(OWN, paid("1250"), given=described('[columns]\namount_minor = "amount"'))) == []
    assert asked(seen(OWN, paid("1250", "7.5"))) == []
    assert asked(seen(OWN, paid("1250", "7.00"))) == []
    assert asked(seen(OWN, paid("1250"), currency="JPY")) == []
    assert asked(seen(OWN, paid("1250", days=2))) == []


def test_a_year_of_two_digits_may_stand_in_front(seen):
    """All three orders, where no value tells."""
    rows = [[row[0], f"05-06-0{7 - number % 2}", *row[2:]] for number, row in enumerate(own_rows(2))]
    look = seen(OWN, rows)
    told = [(reply.lines["format"], reply.meaning) for reply in look.questions[0].replies]
    assert told == [('"%d-%m-%y"', "the day first"), ('"%m-%d-%y"', "the month first"), ('"%y-%m-%d"', "the year first")]
