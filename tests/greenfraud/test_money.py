"""Money: whole minor units by ISO 4217, and conversion in whole numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import InvalidInput
from greenfraud.exchange import Exchange
from greenfraud.money import MAXIMUM_AMOUNT_MINOR, TABLE_PATH, Rate, convert, digits_by_currency, in_words, minor_of_text
from greenfraud.rates import MAXIMUM_AGE_DAYS, RateTable
from greenfraud.records import Transaction
from toolchain.currencies import currencies, serialise

codes = st.sampled_from(sorted(digits_by_currency()))
minors = st.integers(0, MAXIMUM_AMOUNT_MINOR)
rates = st.builds(Rate, st.integers(1, 10**12), st.integers(0, 12))
BODY = {"transaction_id": "T1", "occurred_at": "2018-05-20T23:59:59Z", "customer_id": "C1"}
TABLE = RateTable.parse(b"date,currency,rate\n2018-05-18,USD,0.8477\n2018-05-01,GBP,1.1368\n2018-05-20,JPY,0.00766\n", "EUR")
EXCHANGE = Exchange("EUR", lambda: TABLE)


def test_the_table_of_currencies_is_that_of_the_standard():
    """`make currencies` renews it when the pinned list changes."""
    assert TABLE_PATH.read_text(encoding="utf-8") == serialise(currencies())


@given(minors, codes)
def test_an_amount_survives_its_spelling(minor, currency):
    """To the last minor unit, in every currency."""
    spelled = in_words(minor, currency).replace(",", "")
    assert minor_of_text(spelled, currency) == minor


@given(minors, codes, codes, rates)
def test_a_conversion_is_exact_and_rounded_half_to_even(minor, currency, into, rate):
    """As decimals of any length have it."""
    digits = digits_by_currency()
    exact = Decimal(minor).scaleb(-digits[currency]) * Decimal(rate.mantissa).scaleb(-rate.decimals)
    expected = exact.scaleb(digits[into]).to_integral_value(ROUND_HALF_EVEN)
    found = convert(minor, currency, into, rate)
    assert type(found) is int
    assert found == int(expected)


@given(minors, codes)
def test_a_currency_at_par_with_itself_changes_nothing(minor, currency):
    """A rate of 1 is written in many ways."""
    assert convert(minor, currency, currency, Rate(1, 0)) == convert(minor, currency, currency, Rate(1000, 3)) == minor


@pytest.mark.parametrize(("amount", "currency"), [("1.5", "JPY"), ("1.005", "EUR"), ("0.0001", "KWD"), ("1.", "JPY"), (1.5, "EUR")])
def test_an_amount_finer_than_the_smallest_unit_is_refused(amount, currency):
    """The message says how many decimals there are, with an example."""
    with pytest.raises(InvalidInput, match=rf"^amount: must be a decimal string with.* in {currency}, such as"):
        minor_of_text(amount, currency)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"amount": "10.00"}, 1000),
        ({"amount": "10.00", "currency": "EUR"}, 1000),
        ({"amount": "10.00", "currency": "USD"}, 848),  # 847.7 cents
        ({"amount_minor": 1000, "currency": "USD"}, 848),
        ({"amount_minor": 1000, "currency": "JPY"}, 766),  # a thousand yen, not ten
        ({"amount": "1000", "currency": "JPY"}, 766),
    ],
)
def test_a_payment_becomes_the_platforms_money_at_the_rate_of_its_day(body, expected):
    """Or of the newest day before it."""
    transaction = Transaction.from_json(BODY | body, exchange=EXCHANGE)
    assert (transaction.amount_minor, transaction.currency) == (expected, "EUR")
    assert (transaction.original is None) == (body.get("currency", "EUR") == "EUR")


@pytest.mark.parametrize(
    ("currency", "reason"),
    [
        ("GBP", "is GBP, and this platform's is EUR: there is no rate of GBP for 2018-05-20, nor for the 7 days before it"),
        ("SEK", "is SEK, and this platform's is EUR: there is no rate of SEK for 2018-05-20, nor for the 7 days before it"),
        ("ZZZ", "is ZZZ, which is no currency of ISO 4217"),
        ("XAU", "is XAU, which is no currency of ISO 4217"),
        ("eur", "must be three capital letters, such as EUR"),
        (None, "must be three capital letters, such as EUR"),
    ],
)
def test_what_cannot_be_converted_is_refused_and_what_is_missing_is_named(currency, reason):
    """Never taken for ours."""
    with pytest.raises(InvalidInput) as caught:
        Transaction.from_json(BODY | {"amount_minor": 1, "currency": currency}, exchange=EXCHANGE)
    assert (caught.value.field, caught.value.reason) == ("currency", reason)


def test_a_platform_without_rates_says_both_currencies():
    """So that whoever sent it knows what to correct."""
    with pytest.raises(InvalidInput, match="is USD, and this platform's is SEK: without a table of rates no other is taken"):
        Transaction.from_json(BODY | {"amount_minor": 1, "currency": "USD"}, exchange=Exchange("SEK"))


def test_a_conversion_beyond_the_largest_amount_is_refused():
    """It names the field that was sent."""
    dear = RateTable.parse(b"date,currency,rate\n2018-05-20,KWD,3.3\n", "JPY")
    with pytest.raises(InvalidInput, match=r"^amount: must lie between 0 and 1000000000000 minor units"):
        Transaction.from_json(
            BODY | {"amount": "999999999.999", "currency": "KWD"}, exchange=Exchange("JPY", lambda: hundredfold(dear))
        )


def hundredfold(table: RateTable) -> RateTable:
    """The same table with rates a thousand times as high."""
    dated = table.by_currency["KWD"][0]
    return RateTable("v", {"KWD": [dated._replace(rate=Rate(dated.rate.mantissa * 1000, dated.rate.decimals))]})


@given(minors.filter(lambda minor: minor < 10**11), st.sampled_from(["EUR", "USD", "JPY"]))
def test_a_converted_transaction_survives_the_wire_as_it_was_sent(minor, currency):
    """So a request that is repeated is known, whatever the rates are by then."""
    transaction = Transaction.from_json(BODY | {"amount_minor": minor, "currency": currency}, exchange=EXCHANGE)
    sent = transaction.to_json()
    assert (sent["amount_minor"], sent["currency"]) == (minor, currency)
    assert Transaction.from_json(sent, exchange=EXCHANGE) == transaction


def test_the_lake_keeps_what_a_converted_payment_was():
    """Beside the amount in the data set's one currency; other rows have nothing more than before."""
    row = Transaction.from_json(BODY | {"amount_minor": 1000, "currency": "USD"}, exchange=EXCHANGE).lake_row()
    assert {name: value for name, value in row.items() if name.startswith(("amount", "original"))} == {
        "amount_minor": 848,
        "original_amount_minor": 1000,
        "original_currency": "USD",
        "original_rate": "0.8477",
        "original_rate_date": "2018-05-18",
        "original_rates_version": TABLE.version,
    }


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 80))
def test_the_rate_of_a_day_is_the_newest_that_is_not_too_old(days, asked):
    """By a plain second reading."""
    start = date(2018, 1, 1)
    lines = [f"{start + timedelta(days=day)},USD,1.{day:02}" for day in sorted(days, key=lambda day: -day)]
    table = RateTable.parse("\n".join(["date,currency,rate", *lines]).encode(), "EUR")
    expected = max((day for day in days if asked - MAXIMUM_AGE_DAYS <= day <= asked), default=None)
    found = table.on("USD", start + timedelta(days=asked))
    assert (found and found.day) == (None if expected is None else start + timedelta(days=expected))
