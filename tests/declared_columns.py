"""A manifest with two entities and one more column of many values declared, as a user would in columns.toml."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from feature_repo.declarations import FEATURES, VIEWS
from feature_repo.groups import GROUPS
from greenfraud.features import manifest
from greenfraud.features.column_features import features_of, groups_of, views_with
from greenfraud.features.columns import read_columns
from greenfraud.features.compilation import compile_manifest

DECLARED = """
[device]
kind = "entity"
prior_reports = 1
prior_payments = 50

[merchant_category]
kind = "entity"
is_personal = false
remembered = "28d"

[email_domain]
kind = "first_time"
is_personal = false

[distance_km]
kind = "number"
"""


def compiled(text: str = DECLARED) -> manifest.Manifest:
    """Return the shipped features and those of the columns that a text declares."""
    return manifest.Manifest.from_json(_document(text))


def _document(text: str) -> dict[str, Any]:
    columns = read_columns(tomllib.loads(text))
    views, features = views_with(VIEWS, columns), [*FEATURES, *features_of(columns)]
    return compile_manifest("greenfraud", views, features, [*GROUPS, *groups_of(columns)])


@contextmanager
def compiled_in_place(text: str, folder: Path) -> Iterator[manifest.Manifest]:
    """What `make features` makes of declared columns, in `folder`, instead of the committed manifest for whatever loads it."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(_document(text)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "MANIFEST_PATH", path)
        manifest.load_manifest.cache_clear()
        yield manifest.load_manifest()
    manifest.load_manifest.cache_clear()


@pytest.fixture
def with_columns(tmp_path: Path) -> Iterator[manifest.Manifest]:
    """The manifest with these columns, in place of the committed one for everything that loads it."""
    with compiled_in_place(DECLARED, tmp_path) as found:
        yield found
