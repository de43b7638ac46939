"""Records as callers send them."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import InvalidInput
from greenfraud.records import MAXIMUM_AMOUNT_MINOR, Label, Transaction, format_rfc3339, parse_rfc3339

BODY = {
    "transaction_id": "T1",
    "occurred_at": "2018-05-01T12:30:00.000001+02:00",
    "customer_id": "C1",
    "terminal_id": "M1",
    "amount_minor": 1250,
    "channel": "contactless",
}
CONTROLS = [*map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029))]
ids = st.text(st.characters(codec="utf-8", exclude_characters=CONTROLS), min_size=1, max_size=256)
instants = st.integers(0, 4 * 10**15)


@given(
    transaction=st.builds(
        Transaction,
        transaction_id=ids,
        occurred_us=instants,
        customer_id=ids,
        terminal_id=ids | st.none(),
        amount_minor=st.integers(0, MAXIMUM_AMOUNT_MINOR),
    )
)
def test_a_transaction_survives_the_wire(transaction):
    """Nothing is lost to the microsecond."""
    assert Transaction.from_json(transaction.to_json()) == transaction


@given(label=st.builds(Label, transaction_id=ids, is_fraud=st.booleans(), observed_us=instants, source=ids))
def test_a_label_survives_the_wire(label):
    """Nothing is lost to the microsecond."""
    assert Label.from_json(label.to_json()) == label


@given(occurred_us=instants)
def test_an_instant_survives_its_spelling(occurred_us):
    """Times are exact in both directions."""
    assert parse_rfc3339(format_rfc3339(occurred_us)) == occurred_us


def test_a_transaction_is_read_and_unknown_keys_are_ignored():
    """Extra columns are somebody else's business."""
    expected = Transaction("T1", 1525170600000001, "C1", "M1", 1250, "EUR")
    assert Transaction.from_json(BODY) == expected


def test_an_id_with_a_control_character_is_refused_by_its_fields_name():
    """A log line, a CSV file or a URL would show another id than the one that was sent; so would a line separator."""
    label = {"transaction_id": "T", "is_fraud": True, "observed_at": BODY["occurred_at"]}
    for value in (spelled for character in CONTROLS for spelled in (f"a{character}b", f"a{character}")):
        for field in ("transaction_id", "customer_id", "terminal_id"):
            with pytest.raises(InvalidInput, match=rf"^{field}: must hold no control characters"):
                Transaction.from_json(BODY | {field: value})
        with pytest.raises(InvalidInput, match=r"^source: "):
            Label.from_json(label | {"source": value})


def test_the_lake_row_has_the_columns_of_the_lake():
    """The data set has one currency, so a row has none."""
    assert list(Transaction.from_json(BODY).lake_row()) == [
        "transaction_id",
        "occurred_us",
        "customer_id",
        "terminal_id",
        "amount_minor",
    ]


@pytest.mark.parametrize(("amount", "minor"), [("12.5", 1250), ("0", 0), ("0.07", 7), ("10000000000.00", 10**12)])
def test_a_decimal_amount_becomes_minor_units(amount: str, minor: int):
    """Money never passes through a binary fraction."""
    body = {key: value for key, value in BODY.items() if key != "amount_minor"} | {"amount": amount}
    assert Transaction.from_json(body).amount_minor == minor


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"transaction_id": ""}, "transaction_id"),
        ({"transaction_id": 7}, "transaction_id"),
        ({"customer_id": "x" * 257}, "customer_id"),
        ({"customer_id": "\ud800"}, "customer_id"),
        ({"terminal_id": ""}, "terminal_id"),
        ({"occurred_at": "2018-05-01T12:30:00"}, "occurred_at"),
        ({"occurred_at": "2018-02-30T12:30:00Z"}, "occurred_at"),
        ({"occurred_at": "1969-12-31T23:59:59Z"}, "occurred_at"),
        ({"occurred_at": 1525170600}, "occurred_at"),
        ({"amount_minor": -1}, "amount_minor"),
        ({"amount_minor": 10**12 + 1}, "amount_minor"),
        ({"amount_minor": 12.5}, "amount_minor"),
        ({"amount_minor": True}, "amount_minor"),
        ({"amount": "12.50"}, "amount_minor"),
        ({"currency": "eur"}, "currency"),
    ],
)
def test_an_unusable_field_is_named(change, field):
    """Whoever sent it knows what to correct."""
    with pytest.raises(InvalidInput) as caught:
        Transaction.from_json(BODY | change)
    assert caught.value.field == field


@pytest.mark.parametrize("amount", ["12.505", "-1", "1e3", "", " 1", "12,50", "١٢", 12.5, "99999999999999"])
def test_an_amount_that_is_not_money_is_refused(amount):
    """Only plain decimals with at most two places."""
    body = {key: value for key, value in BODY.items() if key != "amount_minor"} | {"amount": amount}
    with pytest.raises(InvalidInput, match=r"^amount: "):
        Transaction.from_json(body)


def test_a_label_needs_a_real_boolean():
    """The word "yes" is not an answer."""
    with pytest.raises(InvalidInput, match=r"^is_fraud: "):
        Label.from_json({"transaction_id": "T1", "is_fraud": "yes", "observed_at": "2018-05-08T00:00:00Z"})


def test_an_error_travels_between_processes():
    """Its field and reason arrive with it."""
    error = pickle.loads(pickle.dumps(InvalidInput("amount", "is not money")))
    assert (error.field, error.reason) == ("amount", "is not money")
