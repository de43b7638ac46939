"""An AWS in memory, with a platform that can be told labels."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from feature_repo.declarations import FEATURES, VIEWS
from feature_repo.groups import GROUPS
from greenfraud.features import manifest
from greenfraud.features.column_features import features_of, groups_of, views_with
from greenfraud.features.columns import read_columns
from greenfraud.features.compilation import compile_manifest
from intake.labels.inbox import Taken, take_dropped
from intake.labels.reading import Asked
from tests.dropped_rows import AT_US
from tests.intake.afd_policies import DECLARED
from tests.intake.looked_files import looked, packed, text_of
from tests.kept_clients import keep_clients
from tests.labelled_platform import REGION, LabelledPlatform


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[LabelledPlatform]:
    """One with an empty lake and no decision."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        keep_clients(monkeypatch)
        boto3.client("s3", region_name=REGION).create_bucket(Bucket="lake")
        yield LabelledPlatform()


@pytest.fixture
def take(platform: LabelledPlatform, tmp_path: Path) -> Callable[..., Taken]:
    """Take what was dropped, as the job does."""
    for number in range(30):
        platform.decide(f"T{number}", AT_US)

    def taken(*, tries_again: bool = False) -> Taken:
        return take_dropped(platform.places, Asked({}), tmp_path / "receipts", lambda _: None, tries_again=tries_again)

    return taken


@pytest.fixture
def seen(tmp_path):
    """Look at a file of a header and rows."""

    def see(header, rows, *, name="f.csv", encoding="utf-8", separator=",", **asked):
        return looked(packed(tmp_path / name, text_of(header, rows, separator).encode(encoding)), **asked)

    return see


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[manifest.Manifest]:
    """The columns that are proposed of the variables of rules, declared and compiled."""
    path, patch = tmp_path_factory.mktemp("declared") / "manifest.json", pytest.MonkeyPatch()
    columns = read_columns(tomllib.loads(DECLARED))
    views, features = views_with(VIEWS, columns), [*FEATURES, *features_of(columns)]
    path.write_text(json.dumps(compile_manifest("greenfraud", views, features, [*GROUPS, *groups_of(columns)])))
    patch.setattr(manifest, "MANIFEST_PATH", path)
    manifest.load_manifest.cache_clear()
    yield manifest.load_manifest()
    patch.undo()
    manifest.load_manifest.cache_clear()
