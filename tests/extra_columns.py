"""A manifest with two extra columns declared, in place of the committed one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from feature_repo.declarations import FEATURES, VIEWS
from feature_repo.groups import GROUPS
from greenfraud.features import manifest
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.declaration import FeatureDeclaration

DISTANCE = FeatureDeclaration(
    name="distance", aggregation="number", column="distance_km", reason_code="DISTANCE", reason="It was {value:.0f} km away."
)
IS_REMOTE = FeatureDeclaration(
    name="is_remote",
    aggregation="category",
    column="channel",
    values=("web", "app"),
    reason_code="REMOTE",
    reason="Whether the payment was remote: {value:.0f}.",
)


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[manifest.Manifest]:
    """The number `distance_km` and the category `channel`, declared as a user would, and compiled."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(compile_manifest("greenfraud", VIEWS, [*FEATURES, DISTANCE, IS_REMOTE], GROUPS)))
    monkeypatch.setattr(manifest, "MANIFEST_PATH", path)
    manifest.load_manifest.cache_clear()
    yield manifest.load_manifest()
    manifest.load_manifest.cache_clear()
