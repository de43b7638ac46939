"""Columns that name entities are imported as ids are, and become tokens where ids do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.data.importing import ImportOptions, load_file
from cli.errors import InputError
from cli.id_key import tokenised
from greenfraud.features.manifest import Manifest
from greenfraud.identity import with_tokens
from tests.declared_columns import with_columns  # noqa: F401

HEADER = "transaction_id,occurred_at,customer_id,amount,is_fraud,device,email_domain\n"
ROWS = "t1,2026-03-01T09:30:00Z,c1,12.50,0,77,mail.example\nt2,2026-03-01T10:30:00Z,c2,1.00,0,,\n"
KEY = b"k" * 32


def write(folder: Path, rows: str) -> Path:
    """A file of a person's."""
    path = folder / "mine.csv"
    path.write_text(HEADER + rows)
    return path


def test_what_is_imported_is_called_as_what_is_scored(with_columns: Manifest, tmp_path: Path):  # noqa: F811
    """A device becomes the token that the API gives it; what names nobody stays, and nothing stays nothing."""
    table = tokenised(load_file(write(tmp_path, ROWS), ImportOptions()), KEY).table
    (first, second) = table.select(["device", "email_domain"]).to_pylist()
    assert first == with_tokens({"device": "77", "email_domain": "mail.example"}, with_columns.personal_columns, KEY)
    assert second == {"device": None, "email_domain": None}


def test_an_id_that_the_api_refuses_is_refused(with_columns: Manifest, tmp_path: Path):  # noqa: F811
    """With its column and row."""
    with pytest.raises(InputError, match="device"):
        load_file(write(tmp_path, ROWS.replace("77", "7" * 300)), ImportOptions())
