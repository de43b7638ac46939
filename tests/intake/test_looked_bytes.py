"""A look takes any bytes: encodings, packing, Parquet, and what is no table at all."""

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
from intake.look.written import proposal_text
from tests.intake.looked_files import FIRST, OWN, described, looked, own_rows, packed, text_of


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Müller", "cp1252"), ("김철수 상점", "cp949"), ("やまだ さん", "shift_jis"), ("Müller", "utf-8"), ("Ωμέγα", "utf-16")],
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
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
