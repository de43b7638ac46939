"""Unpacks function and layer zips as Lambda would mount them, cached by content under `.local/cache`."""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distribution, version
from pathlib import Path

from local.functions import runtime_layer
from local.functions.build_cache import CACHE, built_once, fingerprint, python_version

# What the managed Python runtime brings besides the standard library: the runtime client and the AWS SDK.
RUNTIME_PACKAGES = (
    "awslambdaric",
    "simplejson",
    "snapshot-restore-py",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)


@dataclass(frozen=True)
class Archive:
    """A zip with the digest its service keeps, so that nobody has to hash 100 MB per invocation."""

    digest: str
    content: bytes


def unpacked(archive: Archive) -> Path:
    """The folder of one zip."""

    def extract(draft: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(archive.content)) as source:
            source.extractall(draft)

    return built_once(CACHE / "zips" / fingerprint([archive.digest]), extract)


def layered(archives: Sequence[Archive]) -> Path:
    """The /opt of a function: all layers in one tree, later ones over earlier ones, as Lambda merges them.

    Each layer is unpacked once and linked, so that bytecode compiled for one function serves the next. The runtime
    layer is replaced by the build of its pins for this machine.
    """
    sources = [runtime_layer.resolved(unpacked(archive)) for archive in archives]

    def merge(draft: Path) -> None:
        for source in sources:
            overlay(source, draft)

    return built_once(CACHE / "opt" / fingerprint(str(source) for source in sources), merge)


def overlay(source: Path, target: Path) -> None:
    """Link every entry of `source` into `target`; folders both have are merged, files are replaced."""
    for entry in source.iterdir():
        place = target / entry.name
        if entry.is_dir() and place.is_dir():
            expand_link(place)
            overlay(entry, place)
            continue
        if place.is_symlink() or place.is_file():
            place.unlink()
        elif place.is_dir():
            shutil.rmtree(place)
        place.symlink_to(entry, target_is_directory=entry.is_dir())


def expand_link(place: Path) -> None:
    """Turn a link to a folder into a folder of links, so that merging does not write into the cached layer."""
    if place.is_symlink():
        source = place.resolve()
        place.unlink()
        place.mkdir()
        overlay(source, place)


@cache
def managed_runtime() -> Path:
    """A folder with only the packages the managed runtime has, in the versions installed in this environment."""
    key = fingerprint([sys.prefix, *(f"{name}=={version(name)}" for name in RUNTIME_PACKAGES)])

    def link(draft: Path) -> None:
        for name in RUNTIME_PACKAGES:
            for entry in top_level_entries(distribution(name)):
                (draft / entry.name).symlink_to(entry)

    return built_once(CACHE / f"runtime-{python_version()}" / key, link)


def top_level_entries(installed: Distribution) -> set[Path]:
    """The folders and modules a distribution put into site-packages."""
    names = {file.parts[0] for file in installed.files or [] if file.parts[0] not in ("..", "__pycache__")}
    return {Path(str(installed.locate_file(name))).absolute() for name in names}
