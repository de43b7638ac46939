"""An AWS in memory, with a platform that can be told labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from greenfraud.features.manifest import Manifest
from intake.labels.inbox import Taken, take_dropped
from intake.labels.reading import Asked
from tests.declared_columns import compiled_in_place
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
def declared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manifest]:
    """The columns that are proposed of the variables of rules, declared and compiled."""
    with compiled_in_place(DECLARED, tmp_path_factory.mktemp("declared")) as found:
        yield found
