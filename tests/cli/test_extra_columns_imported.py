"""Declared extra columns are imported from a person's file, under their own name or a mapped one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from cli.data.dataset import hold_back
from cli.data.importing import ImportOptions, load_file, source_identity
from cli.data.upload import lake_files
from cli.errors import InputError
from greenfraud.features.manifest import Manifest
from intake.description import Description
from intake.layout import parse_map
from tests.extra_columns import declared  # noqa: F401

HEADER = "transaction_id,occurred_at,customer_id,amount,is_fraud,km,channel\n"
ROWS = "t1,2026-03-01T09:30:00Z,c1,12.50,0,3.5,web\nt2,2026-03-01T10:30:00Z,c2,1.00,0,,\n"


def write(folder: Path, rows: str) -> Path:
    """A file of a person's."""
    path = folder / "mine.csv"
    path.write_text(HEADER + rows)
    return path


def test_declared_columns_reach_the_lake(declared: Manifest, tmp_path: Path):  # noqa: F811
    """An absent value is null; a held-back transaction keeps its own."""
    options = ImportOptions(mapping=parse_map("distance_km=km"))
    dataset = load_file(write(tmp_path, ROWS), options)
    ((_, table),) = lake_files(dataset)
    assert table.select(["distance_km", "channel"]).to_pydict() == {"distance_km": [3.5, None], "channel": ["web", None]}
    _, held = hold_back(dataset, count=2)
    assert [one.transaction.extras for one in held] == [{"distance_km": 3.5, "channel": "web"}, {}]


@pytest.mark.parametrize(("value", "reason"), [("far", "no number"), ("1e999", "infinite")])
def test_what_is_no_number_is_named_with_its_row(declared: Manifest, tmp_path: Path, value: str, reason: str):  # noqa: F811
    """As any other column."""
    path = write(tmp_path, ROWS.replace("3.5", value))
    with pytest.raises(InputError, match=f"column `km`, row 1 .line 2.*{reason}"):
        load_file(path, ImportOptions(mapping=parse_map("distance_km=km")))


def test_declaring_a_column_makes_the_same_file_another_data_set(tmp_path: Path, request: pytest.FixtureRequest):
    """Otherwise the column would never be imported."""
    path = write(tmp_path, ROWS)
    before = source_identity(path, ImportOptions())
    request.getfixturevalue("declared")
    assert source_identity(path, ImportOptions()) != before


def test_without_a_declaration_the_columns_are_not_used(tmp_path: Path):
    """And the person is told."""
    said: list[str] = []
    dataset = load_file(write(tmp_path, ROWS), ImportOptions(), note=said.append)
    assert said[0] == "columns not used: km, channel (--look says which could become features)"
    assert "channel" not in dataset.table.column_names


def described(text: str) -> ImportOptions:
    """What a description says of columns that become features."""
    return ImportOptions(description=Description.model_validate(tomllib.loads(f"[features]\n{text}")))


def test_a_description_says_what_a_column_is_called_and_which_words_stand_for_nothing(
    declared: Manifest,  # noqa: F811
    tmp_path: Path,
):
    """And nothing else does."""
    features = (
        'distance_km = { column = "km", kind = "number", empty = ["n/a", "-"] }\nchannel = { kind = "category", values = ["web"] }'
    )
    table = load_file(
        write(tmp_path, ROWS.replace("10:30:00Z,c2,1.00,0,,", "10:30:00Z,c2,1.00,0, n/a ,")), described(features)
    ).table
    assert table.select(["distance_km", "channel"]).to_pydict() == {"distance_km": [3.5, None], "channel": ["web", None]}


@pytest.mark.parametrize(
    ("marks", "text", "value"),
    [
        ("", "0.125", 0.125),
        ("", "12.345", 12.345),
        (', decimal = ","', "12,5", 12.5),
        (', decimal = ",", thousands = "."', "1.003,5", 1003.5),
    ],
)
def test_a_number_has_its_own_marks_and_never_those_of_the_amounts(declared: Manifest, tmp_path: Path, marks, text, value):  # noqa: F811
    """Requests send the number itself: what was learned must be the same."""
    path = tmp_path / "comma.csv"
    path.write_text(HEADER.replace(",", ";") + f't1;2026-03-01T09:30:00Z;c1;1.012,50;0;"{text}";web\n', encoding="utf-8")
    options = described(
        f'distance_km = {{ column = "km", kind = "number"{marks} }}\nchannel = {{ kind = "category", values = ["web"] }}'
    )
    told = options.description.changed({"money": {"decimal": ",", "thousands": "."}})
    table = load_file(path, ImportOptions(description=told)).table
    assert (table["distance_km"].to_pylist(), table["amount_minor"].to_pylist()) == ([value], [101250])


def test_a_grouped_number_never_begins_with_a_zero(declared: Manifest, tmp_path: Path):  # noqa: F811
    """0.125 is no hundred and twenty-five, whatever the marks."""
    path = tmp_path / "comma.csv"
    path.write_text(HEADER.replace(",", ";") + "t1;2026-03-01T09:30:00Z;c1;0.125;0;;web\n", encoding="utf-8")
    told = ImportOptions(description=Description.model_validate({"money": {"decimal": ",", "thousands": "."}}))
    with pytest.raises(InputError, match=r"row 1 \(line 2\): `0\.125` is a number with marks elsewhere"):
        load_file(path, told)


def test_a_described_column_that_feature_repo_does_not_declare_is_refused(tmp_path: Path):
    """The lake would never have it, and nobody would know."""
    with pytest.raises(
        InputError, match=r"makes features of `km`, and feature_repo/columns\.toml does not declare it yet.*--declare"
    ):
        load_file(write(tmp_path, ROWS), described('km = { kind = "number" }'))


def test_a_column_is_of_one_kind(declared: Manifest, tmp_path: Path):  # noqa: F811
    """What the description says and what was compiled."""
    with pytest.raises(InputError, match=r"`channel` is entity in dataset\.toml and category in feature_repo/columns\.toml"):
        load_file(write(tmp_path, ROWS), described('channel = { kind = "entity" }'))


def test_a_declared_column_that_the_file_lacks_is_told(declared: Manifest, tmp_path: Path):  # noqa: F811
    """At every import, for a month may lack what the last one had."""
    said: list[str] = []
    load_file(write(tmp_path, ROWS), ImportOptions(), note=said.append)
    assert "declared columns that the file lacks: distance_km: none of its payments has a value of them" in said


def test_values_that_nobody_declared_are_counted_and_named(declared: Manifest, tmp_path: Path):  # noqa: F811
    """The most frequent first, and none that a terminal obeys."""
    said: list[str] = []
    others = ["tv", "tv", "till\x1b[31m", *"abcd"]
    rows = "".join(f"x{at},2026-03-01T09:30:00Z,c1,1.00,0,1,{value}\n" for at, value in enumerate(others))
    load_file(write(tmp_path, ROWS + rows), ImportOptions(), note=said.append)
    (told,) = (line for line in said if line.startswith("channel:"))
    assert told.startswith("channel: 7 payments have values that are not declared (`tv` 2, ")
    assert told.endswith(" and 1 more): to models they are none of them")
    assert "\x1b" not in told


def test_flags_of_parquet_are_a_category(declared: Manifest, tmp_path: Path):  # noqa: F811
    """As `true` and `false`."""
    path = tmp_path / "mine.parquet"
    table = pa.csv.read_csv(write(tmp_path, ROWS)).drop_columns(["km", "channel"]).append_column("channel", pa.array([True, None]))
    pq.write_table(table, path)
    assert load_file(path, ImportOptions()).table["channel"].to_pylist() == ["true", None]
