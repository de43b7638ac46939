"""A look at a file says what it is and proposes how it is read: no more than the file tells, and what it does not tell is asked."""

from __future__ import annotations

import pytest

from intake.description import Description
from intake.look.written import lines_of, proposal_text
from tests.intake.looked_files import OWN, described, own_rows


def steps(last, count=300):
    """Rows of steps from 0 to `last`, with who, where, how much, and whether it was fraud."""
    return [
        [number * last // (count - 1), f"C{number % 40}", f"M{number % 7}", "12.5", int(number % 50 == 0)]
        for number in range(count)
    ]


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz", "f.zip"])
def test_a_file_under_our_own_names_needs_no_word(seen, name):
    """Packed or not; it has as many rows, customers and frauds as it has."""
    look = seen(OWN, own_rows(40, frauds_a_day=2), name=name)
    assert look.is_plain
    assert look.proposal == Description()
    assert (look.rows, look.customers.distinct, look.terminals.distinct, look.labels.counts["1"]) == (400, 40, 3, 80)
    assert (look.form.compression, look.unused) == ({"f.csv": "", "f.csv.gz": "gzip", "f.zip": "zip"}[name], ())


def test_columns_of_other_names_are_proposed_with_their_reasons(seen):
    """And those that nobody takes are named."""
    header = ("trans_num", "trans_date_trans_time", "cc_num", "merchant", "amt", "Is Fraud?", "city")
    look = seen(header, [[*row, "Rome"] for row in own_rows(30)])
    assert described(proposal_text(look)).columns == {
        "transaction_id": ("trans_num",),
        "occurred_at": ("trans_date_trans_time",),
        "customer_id": ("cc_num",),
        "terminal_id": ("merchant",),
        "amount": ("amt",),
        "is_fraud": ("Is Fraud?",),
    }
    assert look.unused == ("city",)
    assert "40 of them, 7.5 rows each" in look.reasons["customer_id"]
    assert not look.questions


def test_two_columns_that_could_each_be_the_customer_are_asked_for(seen):
    """Neither is proposed, and the question stands on a line of the file."""
    rows = [[row[0], row[1], row[2], row[2], *row[4:]] for row in own_rows(30)]
    look = seen(("transaction_id", "occurred_at", "user_id", "account_id", "amount", "is_fraud"), rows)
    text = proposal_text(look)
    assert "customer_id" not in described(text).columns
    (line, question) = lines_of(look, text)[0]
    assert text.splitlines()[line - 1] == f"# decide: {question.what}"
    assert text.splitlines()[line : line + 2] == ['# customer_id = "user_id"', '# customer_id = "account_id"']


def test_what_is_told_is_not_asked_again(seen):
    """By the description, or by --map."""
    rows = [[row[0], row[1], row[2], row[2], *row[4:]] for row in own_rows(30)]
    header = ("transaction_id", "occurred_at", "user_id", "account_id", "amount", "is_fraud")
    assert seen(header, rows, given=described('[columns]\ncustomer_id = "user_id"')).is_plain
    assert seen(header, rows, mapping={"customer_id": "user_id"}).is_plain


def test_day_or_month_first_is_asked_where_no_day_tells_and_proposed_where_one_does(seen):
    """The calendar is not told before."""
    asked = seen(OWN, [[one[0], "03/04/2026 10:00", *one[2:]] for one in own_rows(1)])
    assert [reply.lines["format"] for reply in asked.questions[0].replies] == ['"%d/%m/%Y %H:%M"', '"%m/%d/%Y %H:%M"']
    assert asked.readiness is None
    assert seen(OWN, [["t", "13/04/2026 10:00", *own_rows(1)[0][2:]]]).proposal.times.format == "%d/%m/%Y %H:%M"


def test_a_day_that_comes_late_in_the_file_tells_the_order_of_all(seen):
    """The first rows alone do not."""
    rows = [[f"t{n}", "03/04/2026 10:00", "c", "m", "1.00", "0"] for n in range(120_000)] + [
        ["u", "13/04/2026 10:00", "c", "m", "1.00", "0"]
    ]
    look = seen(OWN, rows)
    assert look.sampled < look.rows == 120_001
    assert look.proposal.times.format == "%d/%m/%Y %H:%M"
    assert not look.questions


@pytest.mark.parametrize(("last", "units"), [(743, ["hours", "days"]), (15_811_131, ["seconds"])])
def test_steps_are_proposed_where_one_unit_is_possible_and_asked_where_several_are(seen, last, units):
    """Their start is taken for granted, and said."""
    look = seen(("step", "nameOrig", "nameDest", "amount", "isFraud"), steps(last))
    text = proposal_text(look)
    if len(units) > 1:
        assert [reply.lines["step"] for reply in look.questions[0].replies] == [f'"{unit}"' for unit in units]
        assert described(text).times.format is None
    else:
        assert described(text).times.step == units[0]
        assert any("taken as 2024-01-01" in told for told in look.assumed)


def test_a_date_and_a_clock_in_two_columns_are_one_moment(seen):
    """As are a year, a month, a day and a clock."""
    rows = [[*row[1][:10].split("-"), row[1][11:16], row[2], f"{row[4]}", "No"] for row in own_rows(30)]
    look = seen(("Year", "Month", "Day", "Time", "User", "Amount", "Is Fraud?"), rows)
    assert look.proposal.columns["occurred_at"] == ("Year", "Month", "Day", "Time")
    assert look.proposal.times.format == "%Y %m %d %H:%M"
    rows = [[f"{row[1][8:10]}.{row[1][5:7]}.2026", row[1][11:16], row[2], row[4], "0"] for row in own_rows(30)]
    look = seen(("date", "time", "customer", "amount", "fraud"), rows)
    assert look.proposal.columns["occurred_at"] == ("date", "time")
    assert look.proposal.times.format == "%d.%m.%Y %H:%M"


def test_nothing_is_done_without_in_silence(seen):
    """No id, no customer, no offset: each is said."""
    look = seen(("time", "amount", "V1", "class"), [[row[1][:-1], row[4], "0.5", row[5]] for row in own_rows(30, frauds_a_day=1)])
    assert (look.proposal.rows.generate_ids, look.proposal.rows.no_customer, look.proposal.times.timezone) == (True, True, "UTC")
    assert len(look.assumed) == 3
    assert "nobody is known" in " ".join(look.readiness.warnings)


def test_words_of_labels_are_explained_counted_and_asked_for(seen):
    """A third one is neither."""
    rows = [[*row[:5], "legit" if number % 9 else "fraud"] for number, row in enumerate(own_rows(30))]
    look = seen(OWN, rows)
    assert (look.proposal.labels.fraud, look.proposal.labels.legitimate) == ((), ())  # the importer knows both
    assert look.labels.counts == {"fraud": 34, "legit": 266}
    look = seen(OWN, [[*row[:5], number % 3] for number, row in enumerate(own_rows(30))])
    assert [question.section for question in look.questions] == ["labels"]
    assert described("[labels]\n" + "\n".join(f"{key} = {value}" for key, value in look.questions[0].replies[0].lines.items())) == (
        described('[labels]\nfraud = ["1"]\nlegitimate = ["0"]\nnot_investigated = ["2"]')
    )


def test_a_file_without_labels_asks_for_them(seen):
    """They may stand in another one."""
    look = seen(OWN[:5], [row[:5] for row in own_rows(30)])
    assert "no column says which payments were frauds" in look.questions[0].what
    assert look.readiness is None
    assert seen(OWN[:5], [row[:5] for row in own_rows(30)], given=described('[labels]\nfile = "x.csv"')).is_plain


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("12,50", {"decimal": ","}), ("1.250,50", {"decimal": ",", "thousands": "."}), ("1,250.50", {"thousands": ","})],
)
def test_marks_of_money_are_proposed(seen, amount, expected):
    """As the amounts have them."""
    look = seen(OWN, [[*row[:4], amount, row[5]] for row in own_rows(20)], separator=";")
    assert {name: getattr(look.proposal.money, name) for name in expected} == expected
    assert look.form.separator == ";"


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (("1,250",), "may be either"),
        (("$1.00", "£1.00"), "give the file a column of currencies"),
        (("75.887",), "EUR has 2"),
        (("75.887", "0.5"), "up to 3 decimals, EUR has 2"),
        (("$1.00",), "carry $"),
    ],
)
def test_money_that_can_be_read_in_two_ways_is_asked_for(seen, amounts, said):
    """Nobody guesses what a payment was worth."""
    look = seen(OWN, [[*row[:4], amounts[number % len(amounts)], row[5]] for number, row in enumerate(own_rows(20))])
    assert said in look.questions[0].what


def test_two_columns_of_one_name_are_to_be_renamed(seen):
    """Where one of them is needed."""
    look = seen(("id", "when", "Account", "Account", "paid", "bad"), own_rows(20))
    assert "2 columns are called `Account`" in look.questions[0].what


def test_odd_rows_are_counted(seen):
    """Without a time, before 1970, ahead of now; money that flows back; ids that a spreadsheet cut."""
    rows = own_rows(30)
    rows[0][1], rows[1][1], rows[2][1], rows[3][4], rows[4][2] = (
        "",
        "1899-12-30T00:00:00Z",
        "2031-01-01T00:00:00Z",
        "-3.10",
        "1.23E+15",
    )
    told = " / ".join(seen(OWN, rows).warnings)
    for expected in (
        "1 row without a time",
        "1 row before 1970",
        "1 row ahead of now",
        "1 negative amount",
        "in a spreadsheet's notation",
    ):
        assert expected in told
