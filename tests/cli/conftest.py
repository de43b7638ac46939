"""Small files as a person might bring them, and an AWS in memory."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from card_rows import HEADER
from moto import mock_aws


@pytest.fixture
def write_csv(tmp_path: Path):
    """Write a CSV of `rows` below `header`; returns its path."""

    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "mine.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch):
    """An S3 client of an AWS in memory that has one empty bucket, `lake`."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="lake")
        yield client
