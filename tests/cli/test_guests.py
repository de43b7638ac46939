"""Payments of guests among those of customers: strangers', where somebody says so; asked about before."""

from __future__ import annotations

import pytest

from cli.data.importing import ImportOptions, load_file
from cli.errors import InputError
from tests.intake.looked_files import OWN, described, looked, own_rows, text_of

GUESTS = described("rows.guests = true")


@pytest.fixture
def shop(tmp_path):
    """A shop of which every fifth payment has no customer."""
    rows = [[*row[:2], row[2] if place % 5 else "", *row[3:]] for place, row in enumerate(own_rows(20, frauds_a_day=1))]
    path = tmp_path / "f.csv"
    path.write_text(text_of(OWN, rows))
    return path


def test_payments_without_a_customer_are_asked_about(shop):
    """More than faults would be, and the reply settles it."""
    (question,) = looked(shop).questions
    assert (question.section, question.replies[0].lines) == ("rows", {"guests": "true"})
    assert looked(shop, given=GUESTS).is_plain


def test_a_guests_payment_is_a_strangers_and_others_keep_their_customer(shop):
    """Its own id stands for the customer, as for the API."""
    notes = list[str]()
    table = load_file(shop, ImportOptions(description=GUESTS), note=notes.append).table.to_pylist()
    strangers = [row for row in table if row["customer_id"] == row["transaction_id"]]
    assert (len(strangers), len(table)) == (40, 200)
    assert all(row["customer_id"].startswith("c") for row in table if row not in strangers)
    assert "40 payments of guests" in notes[-1]


def test_nobody_is_made_a_stranger_unasked(shop):
    """The refusal names the line and the option."""
    with pytest.raises(InputError, match=r"row 1 \(line 2\): nothing is there.*--guests"):
        load_file(shop, ImportOptions())
    made = described("rows.guests = true\nrows.generate_ids = true")
    shop.write_text(shop.read_text().replace("transaction_id", "other"))
    first, again = (load_file(shop, ImportOptions(description=made)).table for _ in range(2))
    assert first["customer_id"].to_pylist() == again["customer_id"].to_pylist()


@pytest.mark.parametrize("word", ["NULL", "nan", "Guest", "N/A", "비회원"])
def test_a_word_for_nobody_is_no_customer_of_many_payments(tmp_path, word):
    """An export writes it where nothing is; whoever says so makes each a stranger's."""
    rows = [[*row[:2], row[2] if place % 5 else word, *row[3:]] for place, row in enumerate(own_rows(20, frauds_a_day=1))]
    path = tmp_path / "f.csv"
    path.write_text(text_of(OWN, rows))
    (question,) = looked(path).questions
    assert (question.section, question.replies[0].lines) == ("rows", {"nobody": f'["{word}"]'})
    table = load_file(path, ImportOptions(description=described(f'rows.nobody = ["{word}"]'))).table.to_pylist()
    assert sum(row["customer_id"] == row["transaction_id"] for row in table) == 40
    assert looked(path, given=described("rows.nobody = []")).is_plain
    assert (
        load_file(path, ImportOptions(description=described("rows.nobody = []"))).table["customer_id"].to_pylist().count(word) == 40
    )
