"""The console over the real scoring API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from console_world import Platform, scoring_api
from moto import mock_aws

from tests.kept_clients import keep_clients


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform where the rules answer and nothing has happened yet."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        keep_clients(monkeypatch)
        with scoring_api() as api:
            yield Platform(api)
