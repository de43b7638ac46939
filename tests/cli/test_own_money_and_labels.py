"""Money and labels as people write them are read when it is said how, exactly; another currency is never taken for ours."""

import pytest

from cli.data.dataset import Dataset, hold_back
from cli.data.upload import lake_files
from cli.errors import InputError
from greenfraud.instants import DAY_US, parse_rfc3339

HEADER = "transaction_id;occurred_at;customer_id;amount;is_fraud\n"


def paid(*amounts: str) -> str:
    """A file of payments of these amounts."""
    return HEADER + "".join(f"a{n};2026-03-01T09:30:00Z;c1;{amount};0\n" for n, amount in enumerate(amounts))


def labelled(*labels: str) -> str:
    """A file of payments with these labels."""
    return HEADER + "".join(f"a{n};2026-03-0{n + 1}T09:30:00Z;c{n};1;{label}\n" for n, label in enumerate(labels))


@pytest.mark.parametrize(
    ("amounts", "typed", "expected"),
    [
        (["€134.09 ", "12.5 €", "EUR 3"], {}, [13409, 1250, 300]),
        (["$134.09", "1,250.00"], {"thousands": ",", "currency": "USD"}, [13409, 125000]),
        (["12,50", "1.250,00", "7"], {"decimal": ",", "thousands": "."}, [1250, 125000, 700]),
        (["1 250,5", "1\u202f250", "1\u00a0000,01"], {"decimal": ",", "thousands": " "}, [125050, 125000, 100001]),
        (["1'234.50", "1\u2019234"], {"thousands": "'"}, [123450, 123400]),
        (["1,00,000"], {"thousands": ","}, [10_000_000]),
        (["75.887", "2.665", "2.675", "3", "0.005"], {"round": True}, [7589, 266, 268, 300, 0]),
        (["1250.5", "1251.5"], {"round": True, "currency": "JPY"}, [1250, 1252]),
        (["75.887"], {"currency": "KWD"}, [75887]),
    ],
)
def test_a_stated_form_of_money_is_read(read, amounts, typed, expected):
    """In whole minor units."""
    typed = {"round_" if name == "round" else name: value for name, value in typed.items()}
    assert [row["amount_minor"] for row in read(paid(*amounts), **typed)] == expected


@pytest.mark.parametrize(
    ("amount", "typed", "said"),
    [
        ("1,250.00", {}, "`1,250.00` is not a number.*--thousands"),
        ("1,25", {"thousands": ","}, "marks elsewhere than between thousands"),
        ("12.50", {"decimal": ","}, "a number with a decimal point. It was read by --decimal ','"),
        ("75.887", {}, "more than 2 decimals.*--round"),
        ("(3.10)", {}, "a negative amount"),
        ("3.10-", {}, "a negative amount"),
        ("\u22123.10", {}, "a negative amount"),
        ("$134.09", {}, r"of another currency, by its sign \$.*--file-currency USD"),
        ("£1", {"currency": "USD"}, "of another currency, by its sign £.*--file-currency GBP"),
        ("5", {"file_currency": "JPY"}, "--rates"),
        ("5", {"file_currency": "XXQ"}, "--file-currency"),
        ("1", {"decimal": ",", "thousands": ","}, "decimal and thousands are both"),
    ],
)
def test_money_that_is_not_so_is_refused(read, amount, typed, said):
    """With the option that mends it."""
    with pytest.raises(InputError, match=said):
        read(paid(amount), **typed)


@pytest.mark.parametrize("name", ["currency", "Currency", "CCY"])
def test_a_column_of_currencies_is_never_ignored(read, name):
    """Whatever its case: what is not the platform's is refused or converted."""
    text = f"transaction_id,occurred_at,customer_id,amount,{name},is_fraud\na1,2026-03-01T09:30:00Z,c1,900.00,USD,0\n"
    with pytest.raises(InputError, match="--rates"):
        read(text)
    with pytest.raises(InputError, match="not EUR, which --file-currency says"):
        read(text, file_currency="EUR")


def test_a_file_in_another_currency_is_converted_whole(read, tmp_path):
    """As one with a column of it."""
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate\n2026-03-01,USD,0.5\n")
    row = read(paid("$10.00"), file_currency="USD", rates=rates)[0]
    assert (row["amount_minor"], row["original_amount_minor"], row["original_currency"]) == (500, 1000, "USD")


@pytest.mark.parametrize(
    ("labels", "typed", "expected"),
    [
        (["N", "Y", ""], {}, [False, True, False]),
        (["legit", "Fraud"], {}, [False, True]),
        (["ok", "chargeback"], {"fraud_value": ["chargeback"], "legitimate_value": ["ok"]}, [False, True]),
        (["0", "1"], {"fraud_value": ["0"], "legitimate_value": ["1"]}, [True, False]),
    ],
)
def test_words_of_labels_mean_what_is_said(read, labels, typed, expected):
    """And the usual ones what everybody knows."""
    assert [row["is_fraud"] for row in read(labelled(*labels), **typed)] == expected


def test_a_word_without_meaning_is_refused_also_beside_stated_ones(read):
    """The rest is never taken for legitimate."""
    with pytest.raises(InputError, match=r"`ok` is neither fraud nor not.*--legitimate-value 'ok'"):
        read(labelled("ok", "chargeback"), fraud_value=["chargeback"])


def test_what_nobody_investigated_is_in_the_lake_and_says_so(read):
    """It happened, and is no label; files without such rows have no such column."""
    rows = read(labelled("0", "2", "1"), not_investigated_value=["2"])
    assert [row["is_investigated"] for row in rows] == [True, False, True]
    assert "not investigated: 1 of 3" in read.said[-1]
    assert "is_investigated" not in read(labelled("0", "1"), not_investigated_value=["2"])[0]


def test_the_lake_gets_the_column_and_a_score_is_never_compared_with_an_unknown_truth(write_csv):
    """Only what is known is kept back."""
    from cli.data.importing import ImportOptions, load_file
    from intake.description import Description

    described = Description().changed({"labels": {"not_investigated": ["2"]}})
    rows = [f"a{n},2026-03-01T09:0{n}:00Z,c{n},t1,1,{label}" for n, label in enumerate("0212")]
    dataset: Dataset = load_file(write_csv(*rows), ImportOptions(description=described))
    (table,) = [table for key, table in lake_files(dataset) if key.startswith("transactions/")]
    assert table["is_investigated"].to_pylist() == [True, False, True, False]
    assert {held.transaction.transaction_id for held in hold_back(dataset)[1]} == {"a0", "a2"}


PAYMENTS = (
    "transaction_id,occurred_at,customer_id,amount\n"
    "t1,2026-03-01T09:30:00Z,c1,12.50\nt2,2026-03-01T10:30:00Z,c2,7.00\nt3,2026-03-02T10:30:00Z,c1,3.10\n"
)


def test_labels_of_another_file_are_joined_with_the_moment_of_their_report(read, tmp_path):
    """The first report counts; a payment that the file does not name was reported by nobody."""
    labels = tmp_path / "chargebacks.csv"
    labels.write_text("Ref,reported_at\nt2,2026-03-20T08:00:00Z\nt2,2026-03-18T08:00:00Z\nx9,2026-03-20T08:00:00Z\n")
    rows = read(PAYMENTS, labels=labels, labels_map="transaction_id=Ref")
    assert [row["is_fraud"] for row in rows] == [False, True, False]
    assert [row["observed_us"] for row in rows] == [None, parse_rfc3339("2026-03-18T08:00:00Z"), None]
    assert any("labels of payments that the file does not have: 1 of 3" in said for said in read.said)


def test_labels_without_a_moment_come_when_they_mature(read, tmp_path):
    """As in one file; a verdict may say that it was none."""
    labels = tmp_path / "labels.csv"
    labels.write_text("transaction_id,label\nt1,legitimate\nt2,fraud\n")
    rows = read(PAYMENTS, labels=labels)
    assert [row["is_fraud"] for row in rows] == [False, True, False]
    assert rows[1]["observed_us"] == rows[1]["occurred_us"] + 7 * DAY_US


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("transaction_id\nx1\n", "not one of its 1 labels"),
        ("transaction_id,reported_at\nt2,2026-02-01T00:00:00Z\n", "the label of `t2` was reported before the payment happened"),
        ("id\nx1\n", "no column for `transaction_id`"),
    ],
)
def test_a_file_of_labels_that_cannot_be_right_is_refused(read, tmp_path, content, said):
    """Named by its option."""
    labels = tmp_path / "labels.csv"
    labels.write_text(content)
    with pytest.raises(InputError, match=rf"--labels .*labels\.csv: .*{said}"):
        read(PAYMENTS, labels=labels)
    with pytest.raises(InputError, match="--labels <file>"):
        read(PAYMENTS)
