"""Where facts are kept: in the platform while it is up, or in the state that the embedded AWS saved when it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from cli.data.upload import read_json
from cli.target import Target
from greenfraud.items import ledger

Bucket = Literal["lake", "artifacts"]
OUTPUTS = {"lake": "LakeBucket", "artifacts": "ArtifactsBucket"}
READS_AT_ONCE = 6


class Store(Protocol):
    """Two buckets and the ledger."""

    @property
    def name(self) -> str:
        """Where it is, for a person."""

    def ledger(self) -> Iterator[dict[str, Any]]:
        """The ledger's documents, in any order."""

    def keys(self, bucket: Bucket, prefix: str) -> dict[str, datetime | None]:
        """Objects below a prefix, and when each was written, where that is known."""

    def read(self, bucket: Bucket, keys: Iterable[str]) -> list[Any]:
        """JSON documents in the order of `keys`; None for one that is gone."""


@dataclass(frozen=True)
class PlatformStore:
    """The platform itself, here or in AWS."""

    target: Target

    @property
    def name(self) -> str:
        """Its address."""
        return self.target.endpoint or f"AWS, {self.target.region}"

    def ledger(self) -> Iterator[dict[str, Any]]:
        """Query DynamoDB."""
        queries = self.target.client("dynamodb").get_paginator("query")
        pages = queries.paginate(TableName=self.target.outputs["LedgerTable"], **ledger.all_entries())
        return (ledger.decode(item) for page in pages for item in page["Items"])

    def keys(self, bucket: Bucket, prefix: str) -> dict[str, datetime | None]:
        """List S3."""
        name = self.target.outputs[OUTPUTS[bucket]]
        pages = self.target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix)
        return {entry["Key"]: entry["LastModified"] for page in pages for entry in page.get("Contents", [])}

    def read(self, bucket: Bucket, keys: Iterable[str]) -> list[Any]:
        """Get from S3, several at once."""
        s3, name = self.target.client("s3"), self.target.outputs[OUTPUTS[bucket]]
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            return list(pool.map(lambda key: read_json(s3, name, key), keys))


@dataclass(frozen=True)
class SavedStore:
    """The folder of a saved state: lists of items and of objects, bodies by content."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def ledger(self) -> Iterator[dict[str, Any]]:
        """Read the table's list of items."""
        return (ledger.decode(item) for item in _lines(self.folder.glob("dynamodb/*Ledger*.jsonl")))

    def keys(self, bucket: Bucket, prefix: str) -> dict[str, datetime | None]:
        """Read the bucket's list of objects."""
        return {key: _moment(line) for key, line in self._objects(bucket).items() if key.startswith(prefix)}

    def read(self, bucket: Bucket, keys: Iterable[str]) -> list[Any]:
        """Read the bodies."""
        listed = self._objects(bucket)
        return [self._body(listed[key]) if key in listed else None for key in keys]

    def _objects(self, bucket: Bucket) -> dict[str, dict[str, Any]]:
        return {line["key"]: line for line in _lines(self.folder.glob(f"s3/*{bucket}*.jsonl"))}

    def _body(self, line: Mapping[str, Any]) -> Any:
        file = self.folder / "s3" / "bodies" / line["body"]
        return json.loads(file.read_bytes()) if file.exists() else None


def _lines(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        with file.open(encoding="utf-8") as stream:
            yield from map(json.loads, stream)


def _moment(line: Mapping[str, Any]) -> datetime | None:
    """When an object was written, UTC, as the embedded AWS saves it."""
    at = datetime.fromisoformat(line["modified_at"]) if "modified_at" in line else None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
