"""A person's file becomes a data set, or a message says what is wrong, where, and how to mend it."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from card_rows import HEADER, ROWS

from cli.data.importing import ImportOptions, load_file, source_identity
from cli.errors import InputError
from greenfraud.instants import DAY_US, parse_rfc3339
from intake.layout import parse_map


def fault_of(path, **options):
    """The message about `path`."""
    with pytest.raises(InputError) as caught:
        load_file(path, ImportOptions(**options))
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_csv_is_read_into_canonical_columns(write_csv):
    """Ids are strings, money is whole minor units, time is UTC microseconds, an absent terminal is null."""
    rows = load_file(write_csv(*ROWS), ImportOptions()).table.to_pylist()
    assert [row["transaction_id"] for row in rows] == ["a1", "a2", "a3"]
    assert [row["amount_minor"] for row in rows] == [1250, 0, 100_000]
    assert [row["terminal_id"] for row in rows] == ["t1", None, "t2"]
    assert rows[1]["occurred_us"] == parse_rfc3339("2026-01-01T10:30:00.25Z")


def test_only_a_reported_fraud_has_an_observation_and_it_comes_when_labels_mature(write_csv):
    """Here 30 days, as for chargebacks."""
    rows = load_file(write_csv(*ROWS), ImportOptions(maturity_days=30)).table.to_pylist()
    assert [row["is_fraud"] for row in rows] == [False, True, False]
    assert [row["observed_us"] for row in rows] == [None, rows[1]["occurred_us"] + 30 * DAY_US, None]


def test_an_observation_column_says_when_a_fraud_was_reported(write_csv):
    """Where it is empty the maturity speaks."""
    path = write_csv(
        "a1,2026-01-01T10:00:00Z,c1,t1,1,1,2026-01-02T10:00:00Z",
        "a2,2026-01-01T10:00:00Z,c1,t1,1,1,",
        header=f"{HEADER},observed_at",
    )
    rows = load_file(path, ImportOptions()).table.to_pylist()
    assert [(row["observed_us"] - row["occurred_us"]) // DAY_US for row in rows] == [1, 7]


def test_a_report_before_its_transaction_is_refused(write_csv):
    """Time runs one way."""
    path = write_csv("a1,2026-01-02T10:00:00Z,c1,t1,1,1,2026-01-01T10:00:00Z", header=f"{HEADER},observed_at")
    assert "column `observed_at`, row 1 (line 2)" in fault_of(path)


def test_mapped_columns_are_read_under_their_own_names(write_csv):
    """And the message speaks of the person's column, not of ours."""
    header = HEADER.replace("amount", "Total").replace("customer_id", "who")
    mapping = parse_map("amount=Total, customer_id=who")
    assert load_file(write_csv(*ROWS, header=header), ImportOptions(mapping=mapping)).table.num_rows == 3
    broken = write_csv(ROWS[0].replace("12.50", "twelve"), header=header)
    assert "column `Total`, row 1 (line 2): `twelve` is not a number" in fault_of(broken, mapping=mapping)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            ["a1,2026-01-01T10:00:00,c1,t1,1,0"],
            "row 1 (line 2): `2026-01-01T10:00:00` is a time without an offset. Write the offset",
        ),
        (["a1,2026-13-01T10:00:00Z,c1,t1,1,0"], "`2026-13-01T10:00:00Z` is no time of the calendar"),
        (["a1,yesterday,c1,t1,1,0"], "`yesterday` is not a time"),
        (["a1,,c1,t1,1,0"], "column `occurred_at`, row 1 (line 2): nothing is there"),
        ([ROWS[0], "a2,2026-01-01T10:00:00Z,c1,t1,abc,0"], "column `amount`, row 2 (line 3): `abc` is not a number"),
        (['a1,2026-01-01T10:00:00Z,c1,t1,"1,50",0'], "`1,50` is not a number. Write decimals with a point"),
        (["a1,2026-01-01T10:00:00Z,c1,t1,-3,0"], "`-3` is a negative amount"),
        (["a1,2026-01-01T10:00:00Z,c1,t1,1.505,0"], "more than 2 decimals"),
        (["a1,2026-01-01T10:00:00Z,c1,t1,99999999999,0"], "above the largest amount"),
        (["a1,2026-01-01T10:00:00Z,c1,t1,,0"], "column `amount`, row 1"),
        ([ROWS[0], ROWS[1], ROWS[0]], "column `transaction_id`, row 3 (line 4): `a1` was already used in row 1 (line 2)"),
        (["a1,2026-01-01T10:00:00Z,,t1,1,0"], "column `customer_id`, row 1"),
        (["a1,2026-01-01T10:00:00Z,c1,t1,1,maybe"], "`maybe` is neither fraud nor not"),
        (["a1,1899-12-31T00:00:00Z,c1,t1,1,0"], "before 1970"),
        ([f"{'x' * 300},2026-01-01T10:00:00Z,c1,t1,1,0"], "longer than 256 characters"),
        (
            ['"a\n1",2026-01-01T10:00:00Z,c1,t1,1,0'],
            "column `transaction_id`, row 1 (line 2): `a\\n1` is an id with a control character",
        ),
        (
            ["a1,2026-01-01T10:00:00Z,c\t1,t1,1,0"],
            "column `customer_id`, row 1 (line 2): `c\\t1` is an id with a control character",
        ),
        (["a1,2026-01-01T10:00:00Z,c1,t\u20281,1,0"], "column `terminal_id`, row 1 (line 2): `t\\u20281` is an id with a control"),
        (["a1,2026-01-01T10:00:00Z,c1"], "cannot be read as CSV"),
        ([], "has columns but no rows"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_row_and_remedy(write_csv, rows, expected):
    """Column, row as a person counts, the value, how to mend it."""
    assert expected in fault_of(write_csv(*rows))


def test_all_missing_columns_are_named_at_once(write_csv):
    """With the columns that are there and the option that mends it."""
    message = fault_of(write_csv("1,2", header="transaction_id,sum"))
    assert "no column for `occurred_at`, `customer_id`, `amount or amount_minor`, `is_fraud`" in message
    assert "The file has transaction_id, sum" in message
    assert "--map occurred_at=<column>" in message


def test_how_many_rows_share_a_fault_is_said(write_csv):
    """One message, not a thousand."""
    rows = [f"a{n},2026-01-01T10:00:00,c1,t1,1,0" for n in range(1001)]
    assert "(and 1,000 more rows)" in fault_of(write_csv(*rows))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   "])
def test_an_empty_file_is_refused(tmp_path, content):
    """Whatever its name promises."""
    path = tmp_path / "empty.parquet"
    path.write_bytes(content)
    assert "is empty" in fault_of(path)


def test_a_damaged_parquet_is_refused(tmp_path):
    """Not a traceback of the library."""
    path = tmp_path / "half.parquet"
    path.write_bytes(b"PAR1 and then the connection broke")
    assert "cannot be read as Parquet" in fault_of(path)


def test_a_binary_file_is_refused(tmp_path):
    """A picture is no table."""
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    assert "neither Parquet nor CSV" in fault_of(path)


def test_an_unreadable_file_is_refused(tmp_path):
    """Absent, or a folder."""
    assert "cannot be read: No such file" in fault_of(tmp_path / "absent.csv")
    assert "cannot be read: Is a directory" in fault_of(tmp_path)


def test_times_without_offset_are_read_where_the_person_says(write_csv):
    """Stockholm is an hour ahead in winter."""
    path = write_csv("a1,2026-01-01 10:00:00,c1,t1,1,0", "a2,2026-01-01T10:00:00Z,c1,t1,1,0")
    rows = load_file(path, ImportOptions(timezone="Europe/Stockholm")).table.to_pylist()
    assert [row["occurred_us"] for row in rows] == [parse_rfc3339("2026-01-01T09:00:00Z"), parse_rfc3339("2026-01-01T10:00:00Z")]


def test_an_unknown_time_zone_is_refused(write_csv):
    """With an example of a known one."""
    path = write_csv("a1,2026-01-01 10:00:00,c1,t1,1,0")
    assert "--timezone Mars/Olympus" in fault_of(path, timezone="Mars/Olympus")


def handbook(tmp_path, **changes):
    """A file in the handbook's layout."""
    columns = {
        "TRANSACTION_ID": [0, 1],
        "TX_DATETIME": pd.to_datetime(["2018-04-01 00:00:31", "2018-04-01 00:02:10"]),
        "CUSTOMER_ID": [596, 4961],
        "TERMINAL_ID": [3156, 3412],
        "TX_AMOUNT": [57.16, 81.51],
        "TX_FRAUD": [0, 1],
        "TX_FRAUD_SCENARIO": [0, 2],
    }
    path = tmp_path / "handbook.parquet"
    pd.DataFrame({**columns, **changes}).to_parquet(path)
    return path


def test_the_handbooks_file_is_recognised_and_its_naive_times_are_utc(tmp_path):
    """Whole numbers become strings; columns nobody asked for are named."""
    notes = []
    dataset = load_file(handbook(tmp_path), ImportOptions(), note=notes.append)
    first = dataset.table.to_pylist()[0]
    assert (first["transaction_id"], first["customer_id"], first["terminal_id"], first["amount_minor"]) == (
        "0",
        "596",
        "3156",
        5716,
    )
    assert first["occurred_us"] == parse_rfc3339("2018-04-01T00:00:31Z")
    assert notes == ["columns not used: TX_FRAUD_SCENARIO (--look says which could become features)"]


def test_naive_timestamps_of_any_other_parquet_are_refused(tmp_path):
    """Only the handbook's documentation says UTC."""
    frame = pd.read_parquet(handbook(tmp_path)).rename(columns={"TX_DATETIME": "occurred_at"})
    frame.to_parquet(tmp_path / "other.parquet")
    assert "is a time without an offset" in fault_of(tmp_path / "other.parquet")


def test_ids_that_a_tool_wrote_as_floats_with_gaps_are_read_as_whole_numbers(tmp_path):
    """Pandas writes an integer column with a missing value as floats."""
    rows = load_file(handbook(tmp_path, TERMINAL_ID=[3156.0, None]), ImportOptions()).table.to_pylist()
    assert [row["terminal_id"] for row in rows] == ["3156", None]


def test_decimal_amounts_are_exact(tmp_path):
    """As databases export them."""
    table = pa.table(pd.read_parquet(handbook(tmp_path)))
    amounts = pa.array([Decimal("0.10"), Decimal("9999999999.99")], pa.decimal128(12, 2))
    pq.write_table(table.set_column(table.column_names.index("TX_AMOUNT"), "TX_AMOUNT", amounts), tmp_path / "decimal.parquet")
    rows = load_file(tmp_path / "decimal.parquet", ImportOptions()).table.to_pylist()
    assert [row["amount_minor"] for row in rows] == [10, 999_999_999_999]


def test_options_that_change_what_is_imported_change_the_identity(write_csv):
    """A file read otherwise is another data set; read plainly, its identity is its own sha256."""
    path = write_csv(*ROWS)
    plain = source_identity(path, ImportOptions())
    assert plain != source_identity(path, ImportOptions(timezone="UTC"))
    assert plain == load_file(path, ImportOptions()).source_sha256


@pytest.mark.parametrize(
    ("text", "expected"),
    [("amount", "is not field=column"), ("price=Total", "no field `price`"), ("amount=a,amount=b", "given twice")],
)
def test_a_map_that_cannot_be_understood_is_refused(text, expected):
    """With the choices."""
    with pytest.raises(InputError, match=expected):
        parse_map(text)


def test_a_map_to_a_column_that_is_not_there_is_refused(write_csv):
    """With the columns that are there."""
    assert "--map amount=Sum: the file has no column `Sum`" in fault_of(write_csv(*ROWS), mapping={"amount": "Sum"})
