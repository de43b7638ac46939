"""The /opt/ml of one training job: written before it starts, kept in step with S3 while it runs."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FAILURE_CHARACTERS = 1024
CONTAINER_ROOT = "/opt/ml"
# On AWS every job has a machine of its own; here they share one.
JOBS_AT_ONCE = 2


class InputMissingError(Exception):
    """An input channel has no object; SageMaker's own words."""


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key prefix of an S3 URI.

    >>> split_uri("s3://lake/features/v1/")
    ('lake', 'features/v1/')
    """
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return bucket, prefix


def objects(client: Any, uri: str) -> Iterator[tuple[str, str, str]]:
    """Bucket, key and path relative to the prefix of every object below `uri`."""
    bucket, prefix = split_uri(uri)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            relative = entry["Key"][len(prefix) :].lstrip("/") or entry["Key"].rsplit("/", 1)[-1]
            if relative and not relative.endswith("/"):
                yield bucket, entry["Key"], relative


def listed(client: Any, uri: str) -> Iterator[tuple[str, str, str]]:
    """Bucket, key and path relative to the common prefix of every object that a SageMaker manifest file at `uri` lists."""
    bucket, key = split_uri(uri)
    common, *rest = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    bucket, prefix = split_uri(common["prefix"])
    return ((bucket, f"{prefix}{relative}", relative) for relative in rest)


SOURCES = {"S3Prefix": objects, "ManifestFile": listed}


def download(client: Any, uri: str, folder: Path, kind: str = "S3Prefix") -> int:
    """Copy what `uri` stands for into `folder`: all that is below it, or what it lists; how many objects."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for bucket, key, relative in SOURCES[kind](client, uri):
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        client.download_file(bucket, key, str(target))
        count += 1
    return count


class JobFolders:
    """The folders of one job below `base`; the container's own paths are mapped into them."""

    def __init__(self, base: Path, request: Mapping[str, Any]) -> None:
        self.base = base
        self.root = base / CONTAINER_ROOT.lstrip("/")
        self._request = request
        self._uploaded: dict[Path, tuple[int, int]] = {}

    def place(self, container_path: str) -> Path:
        """Where a path of the container lies here."""
        return self.base / container_path.lstrip("/")

    def prepare(self, client: Any) -> None:
        """Make the folders, write the configuration, fetch the channels and the last checkpoint.

        Raises InputMissingError for a channel without objects.
        """
        for name in ("input/config", "input/data", "model", "output/data", "checkpoints"):
            (self.root / name).mkdir(parents=True)
        for name, document in self._configuration().items():
            (self.root / "input/config" / f"{name}.json").write_text(json.dumps(document))
        for channel in self._request.get("InputDataConfig") or []:
            source = channel["DataSource"]["S3DataSource"]
            uri, folder = source["S3Uri"], self.root / "input/data" / channel["ChannelName"]
            if not download(client, uri, folder, source["S3DataType"]):
                raise InputMissingError(f'ClientError: Data download failed: No S3 objects found under S3 URL "{uri}"')
        if self._checkpoints:
            download(client, self._checkpoints["S3Uri"], self._checkpoint_folder)
            self._uploaded = dict(self._checkpoint_files())

    def _configuration(self) -> dict[str, Any]:
        channels = self._request.get("InputDataConfig") or []
        return {
            "hyperparameters": self._request.get("HyperParameters") or {},
            "inputdataconfig": {
                channel["ChannelName"]: {
                    "TrainingInputMode": "File",
                    "S3DistributionType": "FullyReplicated",
                    "RecordWrapperType": "None",
                }
                for channel in channels
            },
            "resourceconfig": {
                "current_host": "algo-1",
                "hosts": ["algo-1"],
                "network_interface_name": "lo",
                "current_instance_type": "local",  # on AWS the request's; here no job has a machine of its own
                "share_of_machine": 1 / JOBS_AT_ONCE,
            },
        }

    @property
    def _checkpoints(self) -> dict[str, str]:
        return self._request.get("CheckpointConfig") or {}

    @property
    def _checkpoint_folder(self) -> Path:
        return self.place(self._checkpoints.get("LocalPath") or f"{CONTAINER_ROOT}/checkpoints")

    def _checkpoint_files(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for file in sorted(self._checkpoint_folder.rglob("*")):
            try:
                found = file.stat()
            except FileNotFoundError:  # the job renamed it meanwhile
                continue
            if not file.is_dir():
                yield file, (found.st_mtime_ns, found.st_size)

    def save_checkpoints(self, client: Any) -> None:
        """Send new and changed checkpoint files to S3."""
        if not self._checkpoints:
            return
        bucket, prefix = split_uri(self._checkpoints["S3Uri"])
        for file, state in self._checkpoint_files():
            if self._uploaded.get(file) == state:
                continue
            key = f"{prefix.rstrip('/')}/{file.relative_to(self._checkpoint_folder)}".lstrip("/")
            try:
                content = file.read_bytes()  # at once: the job may put another file in its place meanwhile
            except FileNotFoundError:
                continue
            client.put_object(Bucket=bucket, Key=key, Body=content)
            self._uploaded[file] = state

    def save_model(self, client: Any, uri: str) -> None:
        """Archive the model folder as SageMaker does."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as target:
            for entry in sorted((self.root / "model").iterdir()):
                target.add(entry, entry.name)
        bucket, key = split_uri(uri)
        client.put_object(Bucket=bucket, Key=key, Body=archive.getvalue())

    def failure(self) -> str:
        """What the job itself left as its reason; empty when it left none."""
        file = self.root / "output/failure"
        return file.read_text(errors="replace")[:FAILURE_CHARACTERS].strip() if file.exists() else ""
