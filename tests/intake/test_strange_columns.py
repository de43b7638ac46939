"""Columns that look like a field and are none, and first lines that name no column, are told or asked about, never taken."""

from __future__ import annotations

import pytest

from intake.errors import InputError
from tests.intake.looked_files import FIRST, OWN, described, looked, own_rows, packed, text_of


def with_column(place: int, values) -> list[list[str]]:
    """Rows of our own with another column at that place."""
    return [[*row[:place], values(number), *row[place + 1 :]] for number, row in enumerate(own_rows(20))]


def renamed(old: str, new: str) -> list[str]:
    """Our own header with one name changed."""
    return [new if name == old else name for name in OWN]


@pytest.mark.parametrize("name", ["status", "result", "flag", "outcome", "type"])
def test_a_flag_of_anything_is_not_taken_for_fraud_without_asking(seen, name):
    """Of a status, 1 may mean that it was approved."""
    look = seen(renamed("is_fraud", name), own_rows(20, frauds_a_day=1))
    assert f"`{name}` may be `is_fraud`, or say something else" in look.questions[0].what
    assert "is_fraud" not in look.proposal.columns
    assert not seen(renamed("is_fraud", name), own_rows(20), given=described(f'[columns]\nis_fraud = "{name}"')).questions


def test_a_flag_whose_words_speak_of_fraud_is_taken(seen):
    """Whatever its name."""
    look = seen(renamed("is_fraud", "status"), with_column(5, lambda n: "legit" if n % 5 else "fraud"))
    assert not look.questions
    assert look.proposal.columns["is_fraud"] == ("status",)


@pytest.mark.parametrize("name", ["is_legit", "Genuine", "not_fraud", "approved"])
def test_a_column_of_legitimate_ones_is_named_and_never_taken_for_frauds(seen, name):
    """Its 1 is no fraud."""
    look = seen(renamed("is_fraud", name), own_rows(20, frauds_a_day=9))
    assert "no column says which payments were frauds" in look.questions[0].what
    assert f"`{name}` may tell the contrary" in look.questions[0].what


def test_words_that_differ_in_case_alone_are_one(seen):
    """And are named once."""
    words = ("Ja", "ja ", "NEIN", "nein", "Nein")
    look = seen(OWN, with_column(5, lambda n: words[n % 5]))
    assert (look.proposal.labels.fraud, look.proposal.labels.legitimate) == (("Ja",), ("NEIN",))


def test_a_customer_in_a_spreadsheets_notation_is_still_the_customer(seen):
    """With the warning that goes with it: otherwise everybody would be a stranger."""
    look = seen(renamed("customer_id", "cc_num"), with_column(2, lambda n: f"4.1{n % 9}E+15"))
    assert look.chosen["customer_id"] == ("cc_num",)
    assert any("spreadsheet's notation" in warning for warning in look.warnings)


@pytest.mark.parametrize("name", ["dob", "Date of birth", "card_expiry", "member_since", "updated"])
def test_another_moment_is_not_when_it_was_paid(seen, name):
    """Where no column is."""
    look = seen(renamed("occurred_at", name), own_rows(20))
    assert look.questions[0].what == "no column holds times"


@pytest.mark.parametrize("name", ["credit_limit", "Balance after", "yearly income"])
def test_another_amount_is_not_what_was_paid(seen, name):
    """Though it has a currency's sign."""
    look = seen(renamed("amount", name), with_column(4, lambda n: f"€{n}.50"))
    assert look.questions[0].what == "no column could be the amount"


def test_cents_stay_cents_where_some_flow_back(seen):
    """An amount in parentheses makes a column of text, and no other unit."""
    look = seen(renamed("amount", "amount_cents"), with_column(4, lambda n: str(n) if n % 40 else f"({n + 5})"))
    assert look.chosen["amount_minor"] == ("amount_cents",)
    assert "amount" not in look.chosen
    assert any("5 negative amounts" in warning for warning in look.warnings)


@pytest.mark.parametrize(
    ("words", "said"), [(("F7", "G1"), "nobody knows what `F7`, `G1` means"), (("0", "x"), "nobody knows what `x` means")]
)
def test_words_that_nobody_knows_are_asked_for_where_a_name_says_what_they_tell(seen, words, said):
    """They are the labels all the same."""
    look = seen(renamed("is_fraud", "Fraud?"), with_column(5, lambda n: words[n % 2]))
    assert look.chosen["is_fraud"] == ("Fraud?",)
    assert said in look.questions[0].what


def test_days_of_a_spreadsheet_are_asked_about(seen):
    """They count from 1899-12-30; as steps from now they would be a lifetime ahead."""
    look = seen(renamed("occurred_at", "date"), with_column(1, lambda n: str(46_082 + n / 8)))
    assert dict(look.questions[0].replies[0].lines) == {"format": '"steps"', "start": "1899-12-30T00:00:00Z", "step": '"days"'}
    assert look.readiness is None


def test_nanoseconds_are_moments_too(seen):
    """As data frames write them."""
    look = seen(renamed("occurred_at", "timestamp"), with_column(1, lambda n: str(1_767_605_400_000_000_123 + n * 10**12)))
    assert look.proposal.times.format == "epoch-ns"
    assert look.readiness.weeks[0].first_day == FIRST.date()


@pytest.mark.parametrize("clock", ["%H%M%S", "%H%M"])
def test_a_clock_of_digits_beside_a_day_is_read_with_it(seen, clock):
    """Not left out, and not counted as steps."""
    rows = [
        [row[0], row[1][:10], f"{(n * 7) % 24:02d}{n % 60:02d}{'05' if 'S' in clock else ''}", *row[2:]]
        for n, row in enumerate(own_rows(20))
    ]
    look = seen(["transaction_id", "date", "time", *OWN[2:]], rows)
    assert look.chosen["occurred_at"] == ("date", "time")
    assert look.proposal.times.format == f"%Y-%m-%d {clock}"
    assert look.readiness.weeks[0].first_day == FIRST.date()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (text_of(own_rows(1)[0], own_rows(2)), "holds `2026-01-05T00:00:00Z`, a value and no name.*Write a line above"),
        (f"Payments of May\n{text_of(OWN, own_rows(2))}", "the first line, `Payments of May`, is one column alone.*Take out"),
        (f"\n{text_of(OWN, own_rows(2))}", "the first line is empty.*Take it out"),
        (text_of(OWN, own_rows(2)).replace(",", "^"), "one column alone.*another mark between the fields"),
        (f"sep=;\n{text_of(OWN, own_rows(2), ';')}", "the first line, `sep=;`, is meant for spreadsheets.*Take it out"),
        (f'"sep=,"\n{text_of(OWN, own_rows(2))}', "is meant for spreadsheets.*Take it out"),
    ],
)
def test_a_first_line_that_names_no_columns_is_told_as_such(tmp_path, text, said):
    """Nobody maps a payment, or loses one."""
    with pytest.raises(InputError, match=said):
        looked(packed(tmp_path / "f.csv", text.encode()))
