"""The bytes of a person's file as they are meant: gzip is unpacked, and a zip of one file; everything else is as it lies there."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from intake.errors import InputError

GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, RuntimeError)


def packed_as(path: Path) -> str | None:
    """`gzip` or `zip`, by a file's first bytes; None for neither. InputError when it cannot be read."""
    with _open(path) as stream:
        start = stream.read(4)
    if start.startswith(GZIP_MAGIC):
        return "gzip"
    return "zip" if start == ZIP_MAGIC else None


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """A stream of what is in the file, never whole in memory. InputError for what is damaged, locked, or more than one file."""
    kind = packed_as(path)
    try:
        if kind is None:
            with _open(path) as stream:
                yield stream
        elif kind == "gzip":
            with gzip.open(path, "rb") as stream:
                yield cast("IO[bytes]", stream)
        else:
            with zipfile.ZipFile(path) as archive, archive.open(_only_member(path, archive)) as stream:
                yield stream
    except DAMAGED as error:
        if kind is None:
            raise
        raise InputError(f"{path} cannot be unpacked as {kind}: {error}. Copy it again, or unpack it and give the file") from None


def _only_member(path: Path, archive: zipfile.ZipFile) -> str:
    names = [one.filename for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if len(names) != 1:
        there = ", ".join(names[:5]) or "nothing"
        raise InputError(
            f"{path} holds {len(names)} files ({there}): nobody can tell which is meant. Unpack it and give one of them"
        )
    return names[0]


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None
