"""A look at a file says what it is and proposes how it is read: no more than the file tells, and what it does not tell is asked."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.description import Description
from intake.errors import InputError
from intake.look.opening import encoding_of
from intake.look.written import lines_of, proposal_text
from tests.intake.looked_files import FIRST, OWN, described, looked, own_rows, packed, text_of


@pytest.fixture
def seen(tmp_path):
    """Look at a file of a header and rows."""

    def see(header, rows, *, name="f.csv", encoding="utf-8", separator=",", **asked):
        return looked(packed(tmp_path / name, text_of(header, rows, separator).encode(encoding)), **asked)

    return see


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


@pytest.mark.parametrize(
    ("text", "encoding"), [("Müller", "cp1252"), ("김철수 상점", "cp949"), ("Müller", "utf-8"), ("Ωμέγα", "utf-16")]
)
def test_an_encoding_is_told_from_the_bytes(seen, text, encoding):
    """And proposed where it is not UTF-8."""
    look = seen(OWN, [[*row[:2], text, *row[3:]] for row in own_rows(20)], encoding=encoding)
    assert encoding_of(text.encode(encoding))[0] == encoding
    assert look.proposal.file.encoding == encoding
    assert look.columns[2].examples == (text,)


def test_parquet_is_looked_at_as_it_is_stored(tmp_path):
    """Times as times, numbers as numbers."""
    table = pa.table(
        {
            "when": [FIRST + timedelta(hours=n) for n in range(300)],
            "card": [n % 30 for n in range(300)],
            "amount": [1.5] * 300,
            "fraud": [n % 60 == 0 for n in range(300)],
        }
    )
    pq.write_table(table, tmp_path / "f.parquet")
    look = looked(tmp_path / "f.parquet")
    assert look.time.style == "stored"
    assert described(proposal_text(look)).columns == {"occurred_at": ("when",), "customer_id": ("card",), "is_fraud": ("fraud",)}
    assert look.labels.counts == {"true": 5, "false": 295}


def test_bytes_that_come_late_tell_the_encoding_of_all(seen):
    """A file may begin as if it were UTF-8, and go on for long."""
    rows = [[f"t{number}", "2026-03-01T09:30:00Z", "c" * 40, "m", "1.00", "0"] for number in range(20_000)]
    look = seen(OWN, [*rows, ["u", "2026-03-01T09:30:00Z", "Müller", "m", "1.00", "0"]], encoding="cp1252")
    assert look.proposal.file.encoding == "cp1252"
    assert look.rows == 20_001


def test_a_file_of_many_columns_is_told_from_fewer_rows(seen, monkeypatch):
    """In bounded memory, and every row is counted all the same."""
    monkeypatch.setattr("intake.look.columns.MOST_VALUES", 4_060)
    look = seen((*OWN, *(f"V{number}" for number in range(400))), [[*row, *["0.5"] * 400] for row in own_rows(10)])
    assert (look.sampled, look.rows, len(look.unused)) == (10, 100, 400)


def test_parquet_columns_with_points_and_of_one_name_are_told_apart(tmp_path):
    """By their places."""
    values = [pa.array([f"t{number}" for number in range(9)]), pa.array([1.5] * 9), pa.array(["x"] * 9), pa.array(["y"] * 9)]
    pq.write_table(pa.Table.from_arrays(values, ["a.b", "amount", "city", "city"]), tmp_path / "f.parquet")
    look = looked(tmp_path / "f.parquet")
    assert [(column.name, column.examples[0]) for column in look.columns] == [
        ("a.b", "t0"),
        ("amount", "1.5"),
        ("city", "x"),
        ("city", "y"),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"  \n", b"\0\1\2\3" * 40, b"PAR1 and no more", b"\x1f\x8b and no more", b"PK\x03\x04 and no more", OWN[0].encode()],
)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path, content):
    """Never with a traceback."""
    (tmp_path / "f.csv").write_bytes(content)
    with pytest.raises(InputError):
        looked(tmp_path / "f.csv")


NAMES = st.sampled_from(
    [
        "id",
        "Time",
        "step",
        "date",
        "customer_id",
        "card1",
        "amount",
        "Amount",
        "Class",
        "isFraud",
        "",
        "a,b",
        'q"t',
        "Betrag",
        "user\x7fid",
        "account\u009bid",
        "user_id",
        "x\ny",
        "type",
    ]
)
VALUES = st.one_of(
    st.integers(-5, 10**12).map(str),
    st.floats(allow_nan=True).map(str),
    st.text(max_size=8),
    st.sampled_from(
        ["", "0", "1", "yes", "fraud", "2026-03-01T09:30:00Z", "03/04/26", "12:30", "$1,250.00", "1.250,5", "EUR", "1E+15"]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.lists(NAMES, min_size=1, max_size=7),
    data=st.data(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp949"]),
    separator=st.sampled_from(",;\t|"),
    name=st.sampled_from(["f.csv", "f.gz", "f.zip"]),
)
def test_any_table_is_looked_at_or_refused_in_a_sentence(tmp_path, *, header, data, encoding, separator, name):
    """Whatever its columns are called and hold; what is proposed can be written down and read again."""
    rows = data.draw(st.lists(st.lists(VALUES, min_size=len(header), max_size=len(header)), min_size=0, max_size=12))
    path = packed(tmp_path / name, text_of(header, rows, separator).encode(encoding, errors="replace"))
    try:
        look = looked(path)
    except InputError:
        return
    assert Description.model_validate(tomllib.loads(proposal_text(look))) == look.proposal
    assert look.rows <= len(rows) + header.count("x\ny")
