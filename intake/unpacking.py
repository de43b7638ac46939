"""The bytes of a person's file as they are meant: gzip is unpacked, and a zip of one file; everything else is as it lies there."""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from intake.errors import InputError
from intake.foreign_files import refuse_sheets
from intake.shown import shown

GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)  # and what is kin to them
ALWAYS_TAKEN = 1 << 30  # bytes
MOST_TIMES = 100  # rows of payments are packed to a fifth or a twentieth, and a bomb to a thousandth
HIDDEN = re.compile(r"^__MACOSX/|(^|/)(\.[^/]*|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)  # what a desk leaves in a folder
ADDRESS = re.compile(r"[a-z0-9]+:/", re.IGNORECASE)
AT_ONCE = 1 << 12  # bytes that are asked for: what bzip2 and LZMA make of more, comes in one piece, whatever its size


def packed_as(path: Path) -> str | None:
    """`gzip` or `zip`, by a file's first bytes; None for neither. InputError when it cannot be read."""
    with _open(path) as stream:
        start = stream.read(4)
    if start.startswith(GZIP_MAGIC):
        return "gzip"
    return "zip" if start == ZIP_MAGIC else None


@contextmanager
def unpacked(path: Path, *, may_be_packed: bool = True) -> Iterator[IO[bytes]]:
    """A stream of what is in the file, never whole in memory; as it lies there where it may not be packed.

    InputError for what is damaged, locked, or more than one file, and as soon as more than 1 GiB has come that is also more
    than a hundred times the file: no table is packed so small.
    """
    kind = packed_as(path) if may_be_packed else None
    try:
        if kind is None:
            with _open(path) as stream:
                yield stream
        else:
            with _opened(path, kind) as packed:
                yield io.BufferedReader(_Bounded(path, packed), 1 << 20)
    except DAMAGED as error:
        if kind is None:
            raise
        told = shown(str(error))
        raise InputError(f"{path} cannot be unpacked as {kind}: {told}. Copy it again, or unpack it and give the file") from None


class _Bounded(io.RawIOBase):
    """What is unpacked, up to what a file of this size can mean."""

    def __init__(self, path: Path, packed: IO[bytes]) -> None:
        self._path, self._packed = path, packed
        self._left = max(ALWAYS_TAKEN, MOST_TIMES * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._packed.read(min(len(buffer), AT_ONCE))
        self._left -= len(block)
        if self._left < 0:
            raise InputError(
                f"{self._path} unpacks to more than {MOST_TIMES} times its size, as no table does. "
                "If it is one all the same, unpack it and give the file"
            )
        buffer[: len(block)] = block
        return len(block)


def _opened(path: Path, kind: str) -> IO[bytes]:
    if kind == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    try:
        with zipfile.ZipFile(path) as archive:  # what is opened of it stays open
            return archive.open(_only_member(path, archive))
    except ValueError as error:  # a name that is no text
        raise zipfile.BadZipFile(str(error)) from None


def _only_member(path: Path, archive: zipfile.ZipFile) -> str:
    names = [one.filename for one in archive.infolist() if not one.is_dir() and not HIDDEN.search(one.filename)]
    refuse_sheets(path, names)
    if len(names) != 1:
        there = shown(", ".join(names[:5])) or "nothing"
        raise InputError(
            f"{path} holds {len(names)} files ({there}): nobody can tell which is meant. Unpack it and give one of them"
        )
    return names[0]


def _open(path: Path) -> IO[bytes]:
    try:
        if stat.S_ISFIFO(mode := path.stat().st_mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode):  # to open one may wait for ever
            raise InputError(f"{path} is no file, and can be read once at most. Save what comes from it, and give the file")
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. {_way_to(path, error)}") from None


def _way_to(path: Path, error: OSError) -> str:
    """What to do about a path that is no file."""
    if error.errno == errno.EISDIR:
        return "Give one of its files; import adds each further one with --append"
    if ADDRESS.match(str(path)):
        return "It is an address: copy the file here, and give that"
    return "One file is read at a time" if "*" in path.name else "Check the path and its permissions"
