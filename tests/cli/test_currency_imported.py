"""A file's money: whole minor units of its currency by ISO 4217; rows in another one are converted by the day's rate or refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.data.amounts import amounts
from cli.data.importing import ImportOptions, load_file, source_identity
from cli.errors import InputError
from greenfraud.exchange import Exchange
from greenfraud.instants import DAY_US
from greenfraud.money import MAXIMUM_AMOUNT_MINOR, digits_by_currency
from greenfraud.rates import RateTable
from greenfraud.records import Transaction
from intake.layout import Layout
from intake.reading import Column, SourceFile

HEADER = "transaction_id,occurred_at,customer_id,amount,currency,is_fraud"
RATES = "date,currency,rate\n2026-01-01,USD,0.85\n2026-01-02,JPY,0.0054\n"


def row(name: str, amount: str, currency: str, day: str = "2026-01-02") -> str:
    """A line of the file."""
    return f"{name},{day}T10:00:00Z,c1,{amount},{currency},0"


@pytest.fixture
def rates(tmp_path) -> Path:
    """A table of rates into EUR."""
    path = tmp_path / "rates.csv"
    path.write_text(RATES)
    return path


def refused(path, **options) -> str:
    """What is said of a file."""
    with pytest.raises(InputError) as caught:
        load_file(path, ImportOptions(**options))
    return str(caught.value)


def test_rows_in_other_currencies_become_the_platforms_money_and_keep_what_they_were(write_csv, rates):
    """A dollar's rate of the day before stands for a day without one; a yen has no cents."""
    path = write_csv(row("a1", "10.00", "USD"), row("a2", "10.00", "EUR"), row("a3", "1000", "JPY"), header=HEADER)
    dataset = load_file(path, ImportOptions(rates=rates))
    rows = dataset.table.to_pylist()
    assert [one["amount_minor"] for one in rows] == [850, 1000, 540]
    assert [one["original_amount_minor"] for one in rows] == [1000, None, 1000]
    assert [one["original_currency"] for one in rows] == ["USD", None, "JPY"]
    assert [(one["original_rate"], one["original_rate_date"]) for one in rows] == [
        ("0.85", "2026-01-01"),
        (None, None),
        ("0.0054", "2026-01-02"),
    ]
    assert {one["original_rates_version"] for one in rows} == {dataset.rates_version, None}
    assert dataset.document()["rates_version"] == RateTable.parse(RATES.encode(), "EUR").version


def test_a_converted_row_is_worth_the_same_as_the_payment_sent_live(write_csv, rates):
    """One function for both edges."""
    (imported,) = load_file(write_csv(row("a1", "12.35", "USD"), header=HEADER), ImportOptions(rates=rates)).table.to_pylist()
    body = {
        "transaction_id": "a1",
        "occurred_at": "2026-01-02T10:00:00Z",
        "customer_id": "c1",
        "amount": "12.35",
        "currency": "USD",
    }
    exchange = Exchange("EUR", lambda: RateTable.parse(RATES.encode(), "EUR"))
    live = Transaction.from_json(body, exchange=exchange).lake_row()
    assert {name: imported[name] for name in live} == live


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [row("a1", "1", "EUR"), row("a2", "1", "GBP")],
            "column `currency`, row 2 (line 3): `GBP` is another currency: this platform's is",
        ),
        (
            [row("a1", "1", "USD", "2026-01-09")],
            "there is no rate of USD for 2026-01-09, nor for the 7 days before it. Give --rates",
        ),
        ([row("a1", "1", "USD", "2025-12-31")], "there is no rate of USD for 2025-12-31"),
        ([row("a1", "1", "ZZZ")], "`ZZZ` is no currency of ISO 4217. Write the currency's code"),
        ([row("a1", "1", "euro")], "must be three capital letters"),
        ([row("a1", "1", "")], "column `currency`, row 1 (line 2): nothing is there"),
        ([row("a1", "1.50", "JPY")], "column `amount`, row 1 (line 2): `1.50` is more than 0 decimals"),
        ([row("a1", "1.0005", "KWD")], "`1.0005` is more than 3 decimals"),
        ([row("a1", "1.005", "USD")], "`1.005` is more than 2 decimals"),
        ([row("a1", "99999999999", "USD")], "above the largest amount"),
    ],
)
def test_what_cannot_be_converted_is_named_with_its_row_and_remedy(write_csv, rates, rows, expected):
    """Nothing is imported."""
    assert expected in refused(write_csv(*rows, header=HEADER), rates=rates)


def test_without_rates_another_currency_is_refused_by_name(write_csv):
    """It is never taken for ours."""
    message = refused(write_csv(row("a1", "1", "EUR"), row("a2", "1", "USD"), header=HEADER))
    assert "row 2 (line 3): `USD` is another currency: this platform's is EUR: without a table of rates" in message


def test_an_amount_column_has_the_digits_of_the_platforms_currency(write_csv):
    """Where the file names no other: a yen has none, a dinar three."""
    header = HEADER.replace("currency,", "")
    path = write_csv("a1,2026-01-02T10:00:00Z,c1,1250,0", header=header)
    assert load_file(path, ImportOptions(currency="JPY")).table["amount_minor"].to_pylist() == [1250]
    assert load_file(path, ImportOptions(currency="KWD")).table["amount_minor"].to_pylist() == [1_250_000]
    assert "more than 0 decimals" in refused(write_csv("a1,2026-01-02T10:00:00Z,c1,12.5,0", header=header), currency="JPY")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("day,currency,rate\n", "line 1: must be date,currency,rate"),
        ("date,currency,rate\n2026-01-01,USD,0\n", "line 2: the rate must be a decimal above 0"),
        ("date,currency,rate\n2026-01-01,USD,1e3\n", "line 2: the rate must be"),
        ("date,currency,rate\n2026-13-01,USD,1\n", "line 2: the date must be"),
        ("date,currency,rate\n2026-01-01,usd,1\n", "line 2: must be three capital letters"),
        ("date,currency,rate\n2026-01-01,EUR,1.17\n", "line 2: EUR is the platform's own currency, and worth 1"),
        ("date,currency,rate\n2026-01-01,USD,1\n2026-01-01,USD,2\n", "line 3: gives a second rate for USD on 2026-01-01"),
        ("date,currency,rate\n2026-01-01,USD\n", "line 2: must have 3 fields"),
    ],
)
def test_a_table_of_rates_that_cannot_be_trusted_is_refused_with_its_line(write_csv, tmp_path, content, expected):
    """Before anything is converted."""
    path = tmp_path / "rates.csv"
    path.write_text(content)
    assert expected in refused(write_csv(row("a1", "1", "EUR"), header=HEADER), rates=path)


def test_other_rates_make_another_data_set(write_csv, rates, tmp_path):
    """What a file becomes depends on them; without any, its identity is what it always was."""
    path, other = write_csv(row("a1", "1", "EUR"), header=HEADER), tmp_path / "other.csv"
    other.write_text(RATES.replace("0.85", "0.86"))
    identities = {source_identity(path, ImportOptions(rates=table)) for table in (None, rates, other)}
    assert len(identities) == 3


currencies = st.sampled_from(sorted(digits_by_currency()))


@given(st.lists(st.tuples(st.integers(0, MAXIMUM_AMOUNT_MINOR), currencies), min_size=1, max_size=20))
def test_every_amount_of_every_currency_is_read_exactly(money):
    """To its last minor unit, though no binary fraction could hold them all."""
    texts = [str(Decimal(minor).scaleb(-digits_by_currency()[currency])) for minor, currency in money]
    plain = [f"{Decimal(text):f}" for text in texts]
    columns = {"amount": Column("amount", pa.array(plain), 1), "currency": Column("currency", pa.array([c for _, c in money]), 1)}
    source = SourceFile(Layout({}, is_handbook=False), columns, ())
    for currency in {one for _, one in money}:
        kept = [place for place, (_, one) in enumerate(money) if one == currency]
        found = {name: Column(name, column.values.take(pa.array(kept)), 1) for name, column in columns.items()}
        read = amounts(SourceFile(source.layout, found, ()), pa.array([DAY_US] * len(kept)), Exchange(currency))
        assert read["amount_minor"].to_pylist() == [money[place][0] for place in kept]
