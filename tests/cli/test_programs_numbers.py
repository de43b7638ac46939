"""Numbers and currencies as programs write them: exactly taken, or refused with what has become of them."""

from __future__ import annotations

import pytest

from cli.data.importing import ImportOptions, load_file
from cli.errors import InputError
from tests.intake.looked_files import OWN, described, looked, own_rows, text_of


def paid(tmp_path, *amounts: str, header=OWN, behind=()):
    """A file whose first payments are of these amounts."""
    rows = own_rows(20, frauds_a_day=1)
    rows = [[*row[:4], amounts[place] if place < len(amounts) else row[4], row[5], *behind] for place, row in enumerate(rows)]
    path = tmp_path / "f.csv"
    path.write_text(text_of(header, rows))
    return path


@pytest.mark.parametrize(("text", "minor"), [("1e+05", 10_000_000), ("1.2345E7", 1_234_500_000), ("5e-2", 5), ("1.25e1", 1250)])
def test_a_power_of_ten_that_loses_no_digit_is_taken(tmp_path, text, minor):
    """R writes 1e+05 for 100000, Java 1.2345E7 for 12345000."""
    path = paid(tmp_path, text)
    look = looked(path)
    assert look.is_plain
    assert load_file(path, ImportOptions()).table["amount_minor"][0].as_py() == minor


def test_a_spreadsheets_power_of_ten_is_refused_for_what_it_lost(tmp_path):
    """2.30E+03 was 2301.43."""
    with pytest.raises(InputError, match=r"line 2.*`2.30E\+03` is in a spreadsheet's notation.*Export the column"):
        load_file(paid(tmp_path, "2.30E+03"), ImportOptions())


def test_moments_with_a_power_of_ten_keep_every_digit(tmp_path):
    """Spark writes seconds since the epoch so; a spreadsheet's are refused."""
    path = tmp_path / "f.csv"
    rows = [[row[0], f"1.7724{place:05d}E9", *row[2:]] for place, row in enumerate(own_rows(20, frauds_a_day=1))]
    path.write_text(text_of(OWN, rows))
    look = looked(path)
    assert (look.time.style, look.readiness is None) == ("epoch-s", False)
    assert load_file(path, ImportOptions(description=look.proposal)).table["occurred_us"][7].as_py() == 1_772_400_007 * 10**6
    path.write_text(path.read_text().replace("E9", "E+09"))
    with pytest.raises(InputError, match="spreadsheet's notation"):
        load_file(path, ImportOptions(description=described('times.format = "epoch-s"')))


@pytest.mark.parametrize("word", ["NULL", "NaN", "N/A", "-", "None", ""])
def test_a_word_for_nothing_is_no_amount(tmp_path, word):
    """And no currency called NUL."""
    with pytest.raises(InputError, match=rf"line 3.*{f'`{word}`' if word else 'an empty cell'} is no amount. Every"):
        load_file(paid(tmp_path, "12.50", word), ImportOptions())


@pytest.mark.parametrize("code", ["eur", "Eur", " EUR "])
def test_a_currency_is_taken_in_whatever_case(tmp_path, code):
    """Payment services write small letters."""
    path = paid(tmp_path, header=(*OWN, "currency"), behind=(code,))
    assert load_file(path, ImportOptions()).currency == "EUR"


def test_a_file_of_another_currency_is_told_of_a_platform_for_it(tmp_path):
    """Rates are not the only way."""
    path = paid(tmp_path, header=(*OWN, "currency"), behind=("usd",))
    with pytest.raises(InputError, match=r"`USD` is another currency.*--rates.*--currency USD"):
        load_file(path, ImportOptions())
    assert load_file(path, ImportOptions(currency="USD")).table.num_rows == 200
