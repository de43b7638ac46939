"""The extra columns that [columns.toml](columns.toml) declares."""

from __future__ import annotations

import tomllib
from pathlib import Path

from greenfraud.features.columns import read_columns

COLUMNS_PATH = Path(__file__).with_name("columns.toml")
COLUMNS = read_columns(tomllib.loads(COLUMNS_PATH.read_text(encoding="utf-8")))
