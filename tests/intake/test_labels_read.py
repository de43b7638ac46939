"""A file of labels as a bank writes it: its own columns, its own kinds of time, frauds alone."""

from __future__ import annotations

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
