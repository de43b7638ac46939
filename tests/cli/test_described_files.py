"""dataset.toml says how a file is read, what was typed goes before it, and a file that needs none is what it always was."""

import hashlib
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from card_rows import HEADER, ROWS
from typer.testing import CliRunner

from cli.data.importing import ImportOptions, load_file, source_identity
from cli.errors import InputError
from cli.main import app
from greenfraud.instants import parse_rfc3339

TEXT = "when;who;paid;bad\n01/03/2026 09:30;c1;1.250,50;N\n02/03/2026 09:30;c2;7,00;X\n"
DESCRIBED = """
[columns]
occurred_at = "when"
customer_id = "who"
amount = "paid"
is_fraud = "bad"
[times]
format = "%d/%m/%Y %H:%M"
timezone = "UTC"
[money]
decimal = ","
thousands = "."
[labels]
not_investigated = "X"
[rows]
generate_ids = true
"""


def test_a_description_beside_the_file_is_taken_and_said(read, tmp_path):
    """Nothing needs to be typed."""
    (tmp_path / "dataset.toml").write_text(DESCRIBED)
    rows = read(TEXT)
    assert [row["amount_minor"] for row in rows] == [125050, 700]
    assert read.said[0] == f"read as {tmp_path / 'dataset.toml'} says"


def test_what_was_typed_goes_before_the_description(read, tmp_path):
    """Key by key."""
    path = tmp_path / "elsewhere.toml"
    path.write_text(DESCRIBED)
    rows = read(TEXT, dataset=path, time_format="%m/%d/%Y %H:%M", not_investigated_value=["N"], legitimate_value=["X"])
    assert [row["occurred_us"] for row in rows] == [parse_rfc3339("2026-01-03T09:30:00Z"), parse_rfc3339("2026-02-03T09:30:00Z")]
    assert [row["is_investigated"] for row in rows] == [False, True]
    with pytest.raises(InputError, match=r"a number with a decimal point|marks elsewhere"):
        read(TEXT, dataset=path, decimal=".", thousands=",")


def test_labels_named_in_a_description_lie_beside_it(read, tmp_path):
    """Wherever the command was typed."""
    folder = tmp_path / "described"
    folder.mkdir()
    (folder / "dataset.toml").write_text('[labels]\nfile = "bank.csv"\ncolumns = { transaction_id = "Ref" }\n')
    (folder / "bank.csv").write_text("Ref\nt1\n")
    text = "transaction_id,occurred_at,customer_id,amount\nt1,2026-03-01T09:30:00Z,c1,1\n"
    assert read(text, dataset=folder / "dataset.toml")[0]["is_fraud"] is True
    before = read.identity
    (folder / "bank.csv").write_text("Ref\nt1\nt2\n")
    read(text, dataset=folder / "dataset.toml")
    assert read.identity != before


def test_a_description_that_cannot_be_used_is_told_by_its_name(read, tmp_path):
    """And nothing is read."""
    (tmp_path / "dataset.toml").write_text("[money]\ndecimal = ';'\n")
    with pytest.raises(InputError, match=r"dataset\.toml: money.decimal = `;` cannot be used: write"):
        read(TEXT)
    with pytest.raises(InputError, match=r"absent\.toml cannot be read"):
        read(TEXT, dataset=tmp_path / "absent.toml")


def test_a_description_changes_the_identity_and_none_does_not(read, write_csv, tmp_path):
    """Without one it is the sha256 of the file, as ever."""
    path = write_csv(*ROWS)
    plain = source_identity(path, ImportOptions())
    assert plain == hashlib.sha256(path.read_bytes()).hexdigest()
    text = path.read_text()
    read(text)
    assert read.identity == plain
    seen = {plain}
    for typed in ({"round_": True}, {"since": datetime(2020, 1, 1)}, {"fraud_value": ["1"]}, {"skip_bad": True}):  # noqa: DTZ001
        read(text, **typed)
        seen.add(read.identity)
    assert len(seen) == 5
    (tmp_path / "dataset.toml").write_text("")
    read(text)
    assert read.identity == plain


def test_the_identity_of_options_that_were_there_before_is_what_it_was(tmp_path):
    """A lake imported by an earlier release is found again."""
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n")
    options = ImportOptions(mapping={"amount": "amount"}, timezone="UTC", maturity_days=14)
    assert source_identity(path, options) == "a387ba6724dfbc397892ffa59cf39d2e62b9b80def7ff906a4e349700032e422"


def test_the_command_takes_the_options_and_shows_what_it_did(tmp_path):
    """`import --check` as it is typed."""
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEADER}\n{ROWS[0]}\nb1,2026-01-01T10:00:00Z,c1,t1,-1,0\n")
    shown = CliRunner().invoke(app, ["import", "--check", str(path), "--skip-bad", "--round"])
    assert shown.exit_code == 0, shown.output
    assert "left out: 1 a negative amount" in shown.output
    refused = CliRunner().invoke(app, ["import", "--check", str(path), "--decimal", "x"])
    assert refused.exit_code == 2
    assert "money.decimal = `x`" in refused.output


def test_parquet_of_every_kind_of_column_is_read(read, tmp_path):
    """As databases and tools export them."""
    columns = {
        "transaction_id": pa.array([Decimal(1), Decimal(2)], pa.decimal128(20, 0)),
        "day": pa.array([date(2026, 3, 1), date(2026, 3, 2)], pa.date32()),
        "hour": pa.array([time(9, 30), time(10, 30)], pa.time64("us")),
        "customer_id": pa.array([b"c1", b"c2"], pa.binary()),
        "terminal_id": pa.array(["m1", None]).dictionary_encode(),
        "amount": pa.array([12.345, 0.115], pa.float64()),
        "is_fraud": pa.array([0.0, 2.0], pa.float32()),
    }
    pq.write_table(pa.table(columns), tmp_path / "mine.parquet")
    rows = read(
        (tmp_path / "mine.parquet").read_bytes(),
        "mine.parquet",
        mapping="occurred_at=day+hour",
        timezone="UTC",
        round_=True,
        not_investigated_value=["2"],
    )
    assert [row["transaction_id"] for row in rows] == ["1", "2"]
    assert [row["occurred_us"] for row in rows] == [parse_rfc3339("2026-03-01T09:30:00Z"), parse_rfc3339("2026-03-02T10:30:00Z")]
    assert [(row["customer_id"], row["terminal_id"]) for row in rows] == [("c1", "m1"), ("c2", None)]
    assert [row["amount_minor"] for row in rows] == [1234, 12]  # half way to the even one: 12.345 and 0.115
    assert rows[1]["is_investigated"] is False


@pytest.mark.parametrize(
    ("values", "typed"),
    [
        (pa.array([1772357400], pa.int64()), {"time_format": "epoch-s"}),
        (pa.array([1772357400.0], pa.float64()), {"time_format": "epoch-s"}),
        (pa.array([datetime(2026, 3, 1, 9, 30, tzinfo=UTC)], pa.timestamp("ns", "UTC")), {}),
        (pa.array([datetime(2026, 3, 1, 9, 30)], pa.timestamp("s")), {"timezone": "UTC"}),  # noqa: DTZ001
        (pa.array([202603010930], pa.int64()), {"time_format": "%Y%m%d%H%M", "timezone": "UTC"}),
    ],
)
def test_parquet_times_of_every_kind_are_one_moment(read, tmp_path, values, typed):
    """Counted or dated."""
    row = {"transaction_id": ["1"], "occurred_at": values, "customer_id": ["c"], "amount": [1], "is_fraud": [False]}
    pq.write_table(pa.table(row), tmp_path / "mine.parquet")
    assert read((tmp_path / "mine.parquet").read_bytes(), "mine.parquet", **typed)[0]["occurred_us"] == parse_rfc3339(
        "2026-03-01T09:30:00Z"
    )


def test_the_name_of_a_packed_file_is_that_of_what_is_in_it(tmp_path):
    """So that both are one data set to a person."""
    import gzip

    path = tmp_path / "cards.csv.gz"
    path.write_bytes(gzip.compress(("\n".join([HEADER, *ROWS]) + "\n").encode()))
    assert load_file(path, ImportOptions()).name == "cards"


def test_a_column_that_is_missing_is_told_with_the_files_name(read):
    """As every other fault."""
    with pytest.raises(InputError, match=r"^mine\.csv: no column for `is_fraud`"):
        read("transaction_id,occurred_at,customer_id,amount\nt1,2026-03-01T09:30:00Z,c1,1\n")


def test_the_column_of_the_lake_has_one_name_for_who_writes_it_and_who_reads_it():
    """A room knows nothing of the other."""
    from cli.data import dataset
    from training.features import history

    assert dataset.INVESTIGATED == history.INVESTIGATED
