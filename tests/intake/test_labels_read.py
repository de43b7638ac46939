"""A file of labels as a bank writes it: its own columns, its own kinds of time, frauds alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from greenfraud.records import Label
from intake.errors import InputError
from intake.labels.reading import Asked, read_labels

AT_US = 1_772_582_400_000_000


def test_a_banks_own_columns_are_mapped_and_a_file_of_frauds_needs_no_verdicts(tmp_path: Path):
    """Parquet with moments of its own type, an own name for every column, and one source for all."""
    table = pa.table({"Ref": [7, 8], "Posted": pa.array([AT_US, AT_US - 5], pa.timestamp("us", tz="UTC")), "Code": ["10.4", None]})
    pq.write_table(table, tmp_path / "bank.parquet")
    asked = Asked({"transaction_id": "Ref", "reported_at": "Posted", "reason_code": "Code"}, all_fraud=True, source="chargeback")
    labels = [row.label for part in read_labels(tmp_path / "bank.parquet", asked).parts(9) for row in part]
    assert labels == [Label("7", True, AT_US, "chargeback", "10.4"), Label("8", True, AT_US - 5, "chargeback")]


def test_a_mapped_column_that_is_not_there_is_named(tmp_path: Path):
    """With those that are."""
    (tmp_path / "bank.csv").write_text("transaction_id,label\nT1,fraud\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"--map label=Verdict: the file has no column `Verdict`. It has transaction_id"):
        read_labels(tmp_path / "bank.csv", Asked({"label": "Verdict"}))


TWO = pa.schema([("transaction_id", pa.string()), ("label", pa.string()), ("label", pa.string())])
BROKEN = pa.array([b"fraud\xff"]).view(pa.string())


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (pa.table([["T1"], ["fraud"], ["fraud"]], schema=TWO), "has 2 columns `label`"),
        (pa.table({"transaction_id": [1e300], "label": ["fraud"]}), "column `transaction_id`, row 1: `1e\\+300` is too large"),
        (pa.table({"transaction_id": [float("inf")], "label": ["fraud"]}), "column `transaction_id`, row 1: `inf` is too large"),
        (pa.table({"transaction_id": ["T1"], "label": BROKEN}), "column `label` cannot be read: ArrowInvalid"),
        (pa.table({"transaction_id": BROKEN, "label": ["fraud"]}), "column `transaction_id` cannot be read: ArrowInvalid"),
        (pa.table({"transaction_id": ["T1"], "label": [["fraud"]]}), "column `label`, row 1: holds list"),
    ],
)
def test_columns_that_no_bank_means_are_named(tmp_path: Path, table: pa.Table, reason: str):
    """Twice there, too large, no text: never a fault of ours."""
    pq.write_table(table, tmp_path / "bank.parquet")
    with pytest.raises(InputError, match=reason):
        read_labels(tmp_path / "bank.parquet", Asked({}))


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("far", [2**60, -(2**60), 2**62])
def test_a_moment_far_beyond_the_calendar_is_refused_and_never_wraps_into_it(tmp_path: Path, unit: str, far: int):
    """As seconds it would overflow the microseconds that we count in."""
    near, far = (
        (AT_US // 10**6, far // 1024) if unit == "s" else (AT_US // {"ms": 1000, "us": 1}[unit], far)
    )  # Parquet has no seconds
    moments = pa.array([near, far], pa.timestamp(unit, tz="UTC"))
    pq.write_table(
        pa.table({"transaction_id": ["T1", "T2"], "label": ["fraud"] * 2, "reported_at": moments}), tmp_path / "bank.parquet"
    )
    with pytest.raises(InputError, match=r"column `reported_at`, row 2: .* is no time of the calendar"):
        read_labels(tmp_path / "bank.parquet", Asked({}))


def test_a_moment_before_1970_and_one_finer_than_microseconds_are_shown(tmp_path: Path):
    """Also where Python has no such moment."""
    for at, kind in ((-1, "s"), (1_772_582_400_000_000_001 * 2, "ns")):
        table = pa.table(
            {"transaction_id": ["T1"], "label": ["fraud"], "reported_at": pa.array([at], pa.timestamp(kind, tz="UTC"))}
        )
        pq.write_table(table, tmp_path / "bank.parquet")
        with pytest.raises(InputError, match="column `reported_at`, row 1"):
            read_labels(tmp_path / "bank.parquet", Asked({}))


def test_a_csv_that_has_a_column_twice_is_refused_with_its_name(tmp_path: Path):
    """Which of them is meant, nobody knows."""
    (tmp_path / "bank.csv").write_text("transaction_id,label,label\nT1,fraud,fraud\n", encoding="utf-8")
    with pytest.raises(InputError, match="has 2 columns `label`"):
        read_labels(tmp_path / "bank.csv", Asked({}))


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%d.%m.%Y", "%m/%d/%y"])
def test_a_bank_writes_days_as_it_likes(tmp_path, form):
    """A day counts from its end; without the format, the refusal names the option that says it."""
    path = tmp_path / "bank.csv"
    path.write_text(f"transaction_id,label,reported_at\nt1,fraud,{datetime(2026, 3, 18, tzinfo=UTC):{form}}\n")
    with pytest.raises(InputError, match=r"line 2.*--time-format '%d/%m/%Y"):
        read_labels(path, Asked({}, timezone="UTC"))
    read = read_labels(path, Asked({}, timezone="UTC", time_format=form))
    assert read.table["observed_us"].to_pylist() == [int(datetime(2026, 3, 19, tzinfo=UTC).timestamp()) * 10**6 - 1]


def test_a_format_that_is_none_is_refused_by_its_option(tmp_path):
    """Not as something inside."""
    path = tmp_path / "bank.csv"
    path.write_text("transaction_id,label,reported_at\nt1,fraud,18.03.2026\n")
    with pytest.raises(InputError, match="--time-format: is no format"):
        read_labels(path, Asked({}, time_format="dmy"))


def test_a_file_with_verdicts_is_not_said_to_be_all_frauds(tmp_path: Path):
    """Which of both was meant is not guessed: a release would be told as a fraud, or a fraud not told."""
    (tmp_path / "bank.csv").write_text("transaction_id,label\nT1,legitimate\n", encoding="utf-8")
    with pytest.raises(InputError, match="--all-fraud: the file has a column `label`, which says of each row"):
        read_labels(tmp_path / "bank.csv", Asked({}, all_fraud=True))


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"transaction_id,label\nT1,fraud,9\n", "line 2 has 3 fields where the header has 2. Each line needs as many fields"),
        ("transaction_id,label\nT1,fraud\nTü,fraud\n".encode("cp1252"), "line 3 is not utf-8. Save it as UTF-8"),
        ("transaction_id,label\nT1,fraud\n".encode("utf-16"), "neither Parquet nor CSV in utf-8. Save it as UTF-8"),
    ],
)
def test_no_remedy_is_an_option_that_files_of_labels_do_not_have(tmp_path: Path, content: bytes, mend: str):
    """They have none that says how a file is written, and whoever drops one into the bucket has no options at all."""
    (tmp_path / "bank.csv").write_bytes(content)
    with pytest.raises(InputError, match=mend) as told:
        read_labels(tmp_path / "bank.csv", Asked({}))
    assert "--" not in str(told.value)


@pytest.mark.parametrize("source", ["", "bank\nanalyst", "s" * 257])
def test_a_source_that_the_api_refuses_is_refused_of_a_file(tmp_path: Path, source: str):
    """It stands in every explanation; an empty one says that nobody told it."""
    (tmp_path / "bank.csv").write_text("transaction_id,label\nT1,fraud\n", encoding="utf-8")
    with pytest.raises(InputError, match="--source: must"):
        read_labels(tmp_path / "bank.csv", Asked({}, source=source))
