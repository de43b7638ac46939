"""What executions and promotions left behind: in the platform while it is up, or in the state it saved when it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from cli.target import Target
from cli.upload import imported_document, read_json
from greenfraud.naming import DATASET_KEY

DOCUMENTS = ("evaluation.json", "decision.json", "report.json")
EXECUTIONS = "executions/"


@dataclass
class Left:
    """The small documents of one execution by name, and when the last of them was written."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    written_at: datetime | None = None


class Archive(Protocol):
    """Where the page's facts come from, besides emissions and MLflow."""

    name: str

    def ledger(self) -> list[dict[str, Any]]:
        """Every change of what is in production, oldest first."""

    def executions(self) -> dict[str, Left]:
        """What each execution left, by its 12 digits."""

    def dataset(self) -> Mapping[str, Any]:
        """The lake's `dataset.json`; empty when nothing was imported."""


class PlatformArchive:
    """The platform itself, here or in AWS."""

    def __init__(self, target: Target) -> None:
        self.name = target.endpoint or f"AWS, {target.region}"
        self._target = target

    def ledger(self) -> list[dict[str, Any]]:
        """Read from DynamoDB."""
        pages = (
            self._target.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self._target.outputs["LedgerTable"],
                KeyConditionExpression="ledger = :ledger",
                ExpressionAttributeValues={":ledger": {"S": "promotions"}},
            )
        )
        return _entries(item for page in pages for item in page["Items"])

    def executions(self) -> dict[str, Left]:
        """Read from S3, several at once."""
        s3, bucket = self._target.client("s3"), self._target.outputs["ArtifactsBucket"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=EXECUTIONS)
        found = {entry["Key"]: entry["LastModified"] for page in pages for entry in page.get("Contents", [])}
        wanted = {key: at for key, at in found.items() if key.endswith(DOCUMENTS)}
        with ThreadPoolExecutor(6) as pool:
            bodies = list(pool.map(lambda key: read_json(s3, bucket, key), wanted))
        return _by_execution(zip(wanted, bodies, wanted.values(), strict=True))

    def dataset(self) -> Mapping[str, Any]:
        """Read from the lake."""
        return imported_document(self._target.client("s3"), self._target.outputs["LakeBucket"]) or {}


class SavedArchive:
    """The folder that the embedded AWS saved when it stopped: lists of items and objects, bodies by content."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self.folder = folder

    def ledger(self) -> list[dict[str, Any]]:
        """Read from the table's saved items."""
        return _entries(item for file in self.folder.glob("dynamodb/*Ledger*.jsonl") for item in _lines(file))

    def executions(self) -> dict[str, Left]:
        """Read from the artifacts bucket's saved objects."""
        listed = (line for line in self._objects("artifacts") if line["key"].startswith(EXECUTIONS))
        wanted = [line for line in listed if line["key"].endswith(DOCUMENTS)]
        return _by_execution((line["key"], self._body(line), _moment(line.get("modified_at"))) for line in wanted)

    def dataset(self) -> Mapping[str, Any]:
        """Read from the lake's saved objects."""
        found = [self._body(line) for line in self._objects("lake") if line["key"] == DATASET_KEY]
        return found[0] if found else {}

    def _objects(self, bucket: str) -> Iterator[dict[str, Any]]:
        return (line for file in self.folder.glob(f"s3/*{bucket}*.jsonl") for line in _lines(file))

    def _body(self, line: Mapping[str, Any]) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "s3" / "bodies" / line["body"]).read_bytes())
        return document


def saved_archive(root: Path, executions: set[str]) -> SavedArchive | None:
    """The saved state below `root` that knows one of `executions` (8 digits each), else the newest; None without any."""
    folders = sorted(root.glob("*/dynamodb"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    archives = [SavedArchive(folder.parent) for folder in folders]
    ours = (archive for archive in archives if executions & {key[:8] for key in archive.executions()})
    return next(ours, archives[0] if archives else None)


def _by_execution(found: Iterator[tuple[str, Any, datetime | None]] | zip[tuple[str, Any, datetime]]) -> dict[str, Left]:
    executions: dict[str, Left] = {}
    for key, document, at in found:
        execution, _, name = key.removeprefix(EXECUTIONS).partition("/")
        if name in DOCUMENTS and isinstance(document, dict):
            left = executions.setdefault(execution, Left())
            left.documents[name.removesuffix(".json")] = document
            left.written_at = max(filter(None, (left.written_at, at)), default=None)
    return executions


def _entries(found: Iterator[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted((json.loads(item["document"]["S"]) for item in found), key=lambda entry: int(entry["revision"]))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def _moment(text: str | None) -> datetime | None:
    at = datetime.fromisoformat(text) if text else None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
