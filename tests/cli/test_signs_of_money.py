"""Amounts with a minus: refunds in a list of payments, payments in the statement of an account; never taken for the other."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.data.importing import ImportOptions, load_file
from cli.errors import InputError
from intake.reading import Column
from intake.signs import is_negative, is_positive
from tests.intake.looked_files import OWN, described, looked, own_rows, text_of

MINUS = ["-{}", "({})", "{}-", "\u2212{}", "-$ {}"]


def signed(tmp_path, minus: str, every: int, *, others: bool = False):
    """A file of which every so many rows have a minus, or all the others."""
    rows = own_rows(20, frauds_a_day=1)
    for place, row in enumerate(rows):
        row[4] = f"{place + 1}.50"
        if (place % every == 0) != others:
            row[4] = minus.format(row[4])
    path = tmp_path / "f.csv"
    path.write_text(text_of(OWN, rows))
    return path


@pytest.mark.parametrize("minus", MINUS)
def test_amounts_with_a_minus_are_asked_about_and_left_out_as_refunds(tmp_path, minus):
    """However the minus is written; what is left out is listed."""
    path = signed(tmp_path, minus, 5)
    options = ImportOptions(currency="USD")
    question = next(one for one in looked(path, currency="USD").questions if "negative" in one.what)
    assert question.replies[0].lines == {"negative": '"refunds"'}
    with pytest.raises(InputError, match=r"line 2.*negative amount.*--negative refunds"):
        load_file(path, options)
    notes = list[str]()
    options = ImportOptions(currency="USD", description=described('money.negative = "refunds"'))
    table = load_file(path, options, note=notes.append).table
    assert sorted(table["amount_minor"].to_pylist()) == [100 * (place + 1) + 50 for place in range(200) if place % 5]
    assert any("left out: 40 refunds, by their minus" in note for note in notes)
    assert (tmp_path / "f.csv.left-out.csv").read_text().count("refunds, by their minus") == 40


@pytest.mark.parametrize("minus", MINUS)
def test_in_a_statement_the_minus_is_what_was_paid(tmp_path, minus):
    """Most amounts have one; what came in is left out."""
    path = signed(tmp_path, minus, 5, others=True)
    question = next(one for one in looked(path, currency="USD").questions if "negative" in one.what)
    assert question.replies[0].lines == {"negative": '"payments"'}
    options = ImportOptions(currency="USD", description=described('money.negative = "payments"'))
    table = load_file(path, options).table
    assert sorted(table["amount_minor"].to_pylist()) == [100 * (place + 1) + 50 for place in range(200) if place % 5]


@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(12, 2)])
def test_a_stored_minus_is_read_alike(tmp_path, kind):
    """As numbers of Parquet."""
    rows = own_rows(20, frauds_a_day=1)
    columns = {name: [row[place] for row in rows] for place, name in enumerate(OWN)}
    amounts = pa.array([-12.5 if place % 2 else 7.25 for place in range(200)]).cast(kind)
    path = tmp_path / "f.parquet"
    pq.write_table(pa.table({**columns, "amount": amounts}), path)
    for negative, minor in (("refunds", 725), ("payments", 1250)):
        read = load_file(path, ImportOptions(description=described(f'money.negative = "{negative}"')))
        assert read.table["amount_minor"].to_pylist() == [minor] * 100


@given(st.lists(st.decimals(min_value=-1000, max_value=1000, places=2), min_size=1, max_size=20))
def test_every_amount_is_above_or_below_zero_or_neither(amounts):
    """As text and as numbers."""
    texts = [f"{one:.2f}" for one in amounts]
    marked = [text.replace("-", "-US$ ") if "-" in text else f"USD {text}" for text in texts]
    for values in (pa.array(texts), pa.array(marked), pa.array([float(one) for one in amounts])):
        column = Column("amount", values, 1)
        assert is_negative(column).tolist() == [one < 0 for one in amounts]
        assert is_positive(column).tolist() == [one > 0 for one in amounts]
