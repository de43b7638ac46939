"""A lake in a folder of this machine: what is compared is nobody's platform, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from greenfraud.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path


class FolderLake:
    """Objects of a bucket as files below a folder."""

    def __init__(self, root: Path) -> None:
        """Look at a folder, which may be empty."""
        self.root = root

    def path(self, key: str) -> Path:
        """Return where an object lies."""
        return self.root / key

    def folders(self, prefix: str) -> list[str]:
        """List the names of the next level below a prefix."""
        found = self.root / prefix
        return sorted(one.name for one in found.iterdir() if one.is_dir()) if found.is_dir() else []

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix that ends with a slash, in key order."""
        files = (one for one in (self.root / prefix).rglob("*") if one.is_file())
        return sorted(one.relative_to(self.root).as_posix() for one in files)

    def get(self, key: str) -> bytes:
        """Read one object. Raises NotFound naming the key."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"{key} does not exist") from None

    def get_json(self, key: str) -> dict[str, Any]:
        """Read one JSON document. Raises NotFound naming the key."""
        document: dict[str, Any] = json.loads(self.get(key))
        return document

    def put(self, key: str, body: bytes) -> None:
        """Write one object."""
        self.path(key).parent.mkdir(parents=True, exist_ok=True)
        self.path(key).write_bytes(body)
