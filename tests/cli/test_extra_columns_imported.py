"""Declared extra columns are imported from a person's file, under their own name or a mapped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.data.dataset import hold_back
from cli.data.importing import ImportOptions, load_file, source_identity
from cli.data.upload import lake_files
from cli.errors import InputError
from greenfraud.features.manifest import Manifest
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
    assert said[0] == "columns not used: km, channel"
    assert "channel" not in dataset.table.column_names
