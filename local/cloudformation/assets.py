"""Publishes the assets of a synthesised cloud assembly: files to the assets bucket, images by name only."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from local.functions import runtime_layer

IMAGE_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
# Zip's own earliest date: equal folders make equal archives.
EPOCH = (1980, 1, 1, 0, 0, 0)


def publish(manifest: Path, s3: Any, substitute: dict[str, str]) -> None:
    """Upload every file asset a manifest names; `substitute` resolves the placeholders in bucket names."""
    for asset in json.loads(manifest.read_text())["files"].values():
        source = asset["source"]
        content = content_of(manifest.parent / source["path"], source["packaging"])
        for destination in asset["destinations"].values():
            s3.put_object(
                Bucket=resolve(destination["bucketName"], substitute),
                Key=resolve(destination["objectKey"], substitute),
                Body=content,
            )


def register_images(manifest: Path, ecr: Any, substitute: dict[str, str]) -> None:
    """Record the tag of every image asset, without an image.

    Training jobs run the image's entry point on this machine, from the repository, so nothing is built.
    """
    for asset in json.loads(manifest.read_text()).get("dockerImages", {}).values():
        for destination in asset["destinations"].values():
            tag, repository = destination["imageTag"], resolve(destination["repositoryName"], substitute)
            placeholder = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "config": {"digest": tag}, "layers": []}
            try:
                ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=json.dumps(placeholder))
            except ecr.exceptions.ImageAlreadyExistsException:
                continue


def resolve(text: str, substitute: dict[str, str]) -> str:
    """Put values in the place of `${AWS::AccountId}` and its like."""
    for name, value in substitute.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def content_of(path: Path, packaging: str) -> bytes:
    """A file's bytes as they are, or a folder as a zip; a runtime layer's is only its marker and its pins.

    That layer is built here, so that a missing wheel fails the deployment and not the first request.
    """
    if packaging == "file":
        return path.read_bytes()
    requirements = runtime_layer.pinned_requirements(path)
    if requirements is None:
        return zipped(path, files_below(path))
    runtime_layer.build(requirements)
    return zipped(path, [path / runtime_layer.MARKER, requirements], {runtime_layer.MARKER: sized_marker(path)})


def sized_marker(folder: Path) -> bytes:
    """A runtime layer's marker, with the size that its wheels have on AWS."""
    marker = json.loads((folder / runtime_layer.MARKER).read_text())
    size = sum(path.stat().st_size for path in files_below(folder))
    return json.dumps({**marker, runtime_layer.SIZE_FIELD: size}).encode()


def files_below(folder: Path) -> Iterator[Path]:
    """Every file, sorted, compiled bytecode left out."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc")


def zipped(folder: Path, files: Iterable[Path], instead: Mapping[str, bytes] | None = None) -> bytes:
    """A zip of the files, uncompressed and without dates: quick to write, equal for equal content.

    `instead` is content by name in place of a file's own.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for path in files:
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), date_time=EPOCH)
            entry.external_attr = (path.stat().st_mode & 0o777) << 16
            target.writestr(entry, (instead or {}).get(entry.filename) or path.read_bytes())
    return archive.getvalue()
