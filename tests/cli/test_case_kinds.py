"""A file of each kind that people really have goes in by a look, one agreement and no more than what only a person knows."""

from __future__ import annotations

import gzip
import zipfile

import pytest
from brought_files import bring, decide, look_at

from greenfraud.instants import parse_rfc3339

OWN = "transaction_id,occurred_at,customer_id,amount,is_fraud"
TWO = f"{OWN}\nt1,2026-03-01T09:30:00Z,c1,12.50,0\nt2,2026-03-01T10:30:00Z,c2,7.00,1\n"


@pytest.fixture
def brought(tmp_path):
    """Write a file, look at it, and bring it."""

    def bringing(content: str | bytes, *typed: str, name: str = "f.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        look_at(path)
        return bring(path, *typed)

    return bringing


def test_one_column_for_two_fields_is_read_twice(brought):
    """A user who is a payment's id and its customer."""
    text = "user_id,bought_at,price,bad\nu1,2026-03-01T09:30:00Z,12.50,0\nu2,2026-03-01T10:30:00Z,7.00,1\n"
    found = brought(text, "--map", "transaction_id=user_id,customer_id=user_id,occurred_at=bought_at,amount=price,is_fraud=bad")
    assert (found.code, found.document["rows"], found.document["customers"]) == (0, 2, 2)


def test_rows_without_an_id_get_the_same_ones_every_time(brought):
    """And it is said."""
    found = brought(TWO.replace("transaction_id,", "").replace("t1,", "").replace("t2,", ""))
    assert (found.code, found.document["rows"]) == (0, 2)
    assert "ids are made of the rows' content" in found.said.replace("\n", " ")
    assert [row["transaction_id"] for row in found.rows] == [row["transaction_id"] for row in found.rows]


def test_steps_ask_for_their_unit_and_are_read_by_it(brought):
    """The start stands beside it, to be edited."""
    found = brought("id,step,amount,nameOrig,nameDest,isFraud\n1,1,12.50,c1,m1,0\n2,2,7.00,c2,m1,1\n3,26,3.10,c1,m2,0\n")
    assert found.code == 2
    assert "line 11: step counts steps" in found.said
    decide(found.path, 'format = "steps"', "start = 2024-01-01T00:00:00Z", 'step = "hours"')
    again = bring(found.path)
    assert (again.code, again.document["newest_occurred_at"]) == (0, "2024-01-02T02:00:00Z")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("1772357400", "2026-03-01T09:30:00Z"),
        ("1772357400123", "2026-03-01T09:30:00.123Z"),
        ("2026/03/01 09:30:00", "2026-03-01T09:30:00Z"),
        ("18.03.2026 02:47:11", "2026-03-18T02:47:11Z"),
        ("3/18/26 2:47", "2026-03-18T02:47:00Z"),
        ("Mar 18, 2026 2:47 PM", "2026-03-18T14:47:00Z"),
        ("20260318", "2026-03-18T00:00:00Z"),
    ],
)
def test_a_time_that_can_be_read_in_one_way_is_read(brought, when, expected):
    """Whatever its form."""
    found = brought(TWO.splitlines()[0] + f'\nt1,"{when}",c1,12.50,0\n')
    assert (found.code, found.rows[0]["occurred_us"]) == (0, parse_rfc3339(expected))


@pytest.mark.parametrize(("line", "expected"), [('format = "%d/%m/%Y"', "2026-04-03"), ('format = "%m/%d/%Y"', "2026-03-04")])
def test_a_day_that_is_also_a_month_is_asked_and_read_as_was_said(brought, line, expected):
    """Never guessed."""
    found = brought(f"{OWN}\nt1,03/04/2026,c1,12.50,0\n")
    assert found.code == 2
    decide(found.path, line)
    assert bring(found.path).document["first_day"] == expected


def test_signs_of_two_currencies_are_to_be_mended_in_the_file(brought):
    """A pound is no dollar."""
    amounts = ("$134.09 ", '"1,250.00"', '"£8,100.50"')
    found = brought(f"{OWN}\n" + "".join(f"t{n},2026-03-01T09:3{n}:00Z,c1,{paid},0\n" for n, paid in enumerate(amounts)))
    assert found.code == 2
    assert "give the file a column of currencies" in found.said


@pytest.mark.parametrize(
    ("amounts", "typed", "expected"),
    [
        (("$134.09 ", "1,250.00"), ("--currency", "USD"), [13409, 125000]),
        (("12,50", "1.250,00"), (), [1250, 125000]),
        (("1 250,00 €", "€7,5"), (), [125000, 750]),
        (("1'250.00", "7.5"), (), [125000, 750]),
    ],
)
def test_money_is_read_by_the_marks_it_has(brought, amounts, typed, expected):
    """To the smallest unit."""
    lines = "".join(f"t{place};2026-03-01T09:3{place}:00Z;c1;{paid};0\n" for place, paid in enumerate(amounts))
    found = brought(f"{OWN.replace(',', ';')}\n{lines}", *typed)
    assert found.code == 0, found.said
    assert (found.document["rows"], [row["amount_minor"] for row in found.rows] if not typed else expected) == (2, expected)


@pytest.mark.parametrize("words", [("N", "Y"), ("legit", "fraud"), ("No", "YES"), ("nein", "ja"), ("정상", "사기"), ("0.0", "1.0")])
def test_words_of_labels_are_known(brought, words):
    """In the languages that are."""
    found = brought(TWO.replace(",0\n", f",{words[0]}\n").replace(",1\n", f",{words[1]}\n"))
    assert (found.code, found.document["frauds"]) == (0, 1)


def test_a_third_word_is_asked_about_and_never_judged(brought):
    """Where nobody looked."""
    found = brought(f"{TWO}t3,2026-03-02T10:30:00Z,c1,3.10,2\n")
    assert found.code == 2
    assert "nobody knows what `2` means" in found.said
    decide(found.path, 'fraud = ["1"]', 'legitimate = ["0"]', 'not_investigated = ["2"]')
    assert [row["is_investigated"] for row in found.rows] == [True, True, False]


def test_labels_in_another_file_are_asked_for_and_joined(brought):
    """With when they were reported."""
    text = "\n".join(line.rpartition(",")[0] for line in TWO.splitlines())
    found = brought(text)
    assert found.code == 2
    assert "another file may" in found.said
    (found.path.with_name("chargebacks.csv")).write_text("transaction_id,reported_at,reason\nt2,2026-03-20T08:00:00Z,10.4\n")
    decide(found.path, 'file = "chargebacks.csv"')
    assert (bring(found.path).code, [row["observed_us"] for row in found.rows]) == (
        0,
        [None, parse_rfc3339("2026-03-20T08:00:00Z")],
    )


def test_mixed_currencies_are_never_added_up(brought):
    """A yen has no hundredths, and a dollar is no euro."""
    header = "transaction_id,occurred_at,customer_id,amount,currency,is_fraud"
    text = f"{header}\nt1,2026-03-01T09:30:00Z,c1,48625,JPY,0\nt2,2026-03-01T10:30:00Z,c2,310.00,EUR,0\n"
    found = brought(text)
    assert found.code == 2
    assert "`JPY`" in found.said
    assert "--rates" in found.said
    found = brought(text.replace("48625", "48625.25"))
    assert found.code == 2
    assert "row 1 (line 2): `48625.25` is more than 0 decimals" in found.said


def test_a_history_of_more_than_ten_years_begins_where_it_is_said(brought):
    """Older rows are counted."""
    text = f"{TWO}t0,2015-03-01T09:30:00Z,c1,5.00,0\n"
    found = brought(text)
    assert found.code == 2
    assert "row 3 (line 4): `2015-03-01T09:30:00Z` is more than ten years" in found.said
    assert "--since 2020-01-01" in found.said
    assert brought(text, "--since", "2020-01-01").document["rows"] == 2
    assert brought(text, "--since", "2014-01-01").document["rows"] == 3


def test_one_refund_does_not_stop_all(brought):
    """It is left out by what tells it apart, or as a row with a fault."""
    text = f"{TWO}t9,2026-03-02T11:00:00Z,c1,-3.10,0\n"
    found = brought(text)
    assert found.code == 2
    assert "row 3 (line 4): `-3.10` is a negative amount" in found.said
    assert brought(text, "--skip-bad").document["rows"] == 2
    typed = "".join(
        f"{line},{'REFUND' if ',-' in line else 'type' if 'amount' in line else 'SALE'}\n" for line in text.splitlines()
    )
    assert brought(typed, "--refund", "type=REFUND").document["rows"] == 2


def test_a_file_without_a_customer_says_what_that_means(brought):
    """Everybody is a stranger."""
    found = brought(
        "transaction_id,occurred_at,amount,V1,is_fraud\nt1,2026-03-01T09:30:00Z,12.50,0.3,0\nt2,2026-03-01T10:30:00Z,7.00,1.9,1\n"
    )
    assert (found.code, found.document["customers"]) == (0, 2)
    assert "no customer: every payment counts as a stranger's" in found.said


def test_two_columns_of_one_name_are_to_be_renamed(brought):
    """Nobody can tell which is meant."""
    found = brought("id,when,Account,Account,paid,bad\n1,2026-03-01T09:30:00Z,a1,a2,12.50,0\n")
    assert found.code == 2
    assert "2 columns are called `Account`" in found.said


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_another_encoding_is_told_and_read(brought, encoding):
    """With the letters it has."""
    found = brought(TWO.replace("c1", "Müller").encode(encoding))
    assert (found.code, found.rows[0]["customer_id"]) == (0, "Müller")


def test_a_packed_file_is_read_as_it_is(brought, tmp_path):
    """gzip, and a zip of one file."""
    assert brought(gzip.compress(TWO.encode()), name="f.csv.gz").document["rows"] == 2
    with zipfile.ZipFile(tmp_path / "g.zip", "w") as archive:
        archive.writestr("f.csv", TWO)
    assert brought((tmp_path / "g.zip").read_bytes(), name="f.zip").document["rows"] == 2


def test_too_few_frauds_in_a_week_are_told_before_anything_is_trained(brought):
    """With the day from which on they suffice, or what would make them."""
    days = [f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}" for day in range(112)]
    rows = "".join(f"t{n},{day}T0{n % 9}:30:00Z,c{n % 60},{n}.50,{int(n % 14 == 0)}\n" for n, day in enumerate(days * 4))
    found = brought(f"{OWN}\n{rows}")
    assert found.code == 0
    assert "a first model:" in found.said
    assert "frauds" in found.said


def test_names_with_marks_are_found_and_written(brought):
    """Apostrophes, commas and question marks."""
    text = 'transaction_id,occurred_at,Client\'s id,"Amount, gross",Is Fraud?\nt1,2026-03-01T09:30:00Z,c1,12.50,No\n'
    found = brought(text)
    assert (found.code, found.rows[0]["amount_minor"]) == (0, 1250)
    typed = 'customer_id=Client\'s id,amount="Amount, gross",is_fraud=Is Fraud?'
    found.path.with_name("dataset.toml").unlink()
    assert brought(text, "--map", typed).code == 0


@pytest.mark.parametrize(("line", "code"), [("round = true", 0), ('currency = "KWD"', 2)])
def test_three_decimals_are_asked_about(brought, line, code):
    """Rounded, or of a currency that has them, which needs a rate."""
    found = brought(f"{OWN}\nt1,2026-03-01T09:30:00Z,c1,75.887,0\nt2,2026-03-01T09:30:00Z,c1,0.5,0\n")
    assert found.code == 2
    assert "amounts have up to 3 decimals, EUR has 2" in found.said
    decide(found.path, line)
    again = bring(found.path)
    assert again.code == code
    assert code == 0 or "--rates" in again.said


def test_another_month_under_the_description_of_the_first_is_read_alike(brought, tmp_path):
    """The description is the folder's; that it is added to the lake is test_appending.py's."""
    text = "id;wann;karte;betrag;betrug\n1;18.01.2026 09:30;c1;12,50;nein\n2;19.01.2026 09:30;c2;7,00;ja\n"
    assert brought(text, name="january.csv").code == 0
    found = bring(tmp_path / "january.csv")
    (tmp_path / "february.csv").write_text(text.replace(".01.", ".02.").replace("\n1;", "\n3;").replace("\n2;", "\n4;"))
    again = bring(tmp_path / "february.csv")
    assert (again.code, again.document["rows"], again.document["first_day"]) == (0, 2, "2026-02-18")
    assert found.document["first_day"] == "2026-01-18"
