"""A folder in the place of the lake's bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class LakeFolder:
    """Objects as files, addressed by key."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folders(self, prefix: str) -> list[str]:
        """List the names of the next level below a prefix."""
        folder = self._root / prefix
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix, in key order."""
        folder = self._root / prefix.rpartition("/")[0]
        found = (path.relative_to(self._root).as_posix() for path in folder.rglob("*") if path.is_file())
        return sorted(key for key in found if key.startswith(prefix))

    def get(self, key: str) -> bytes:
        """Read one object."""
        return (self._root / key).read_bytes()

    def get_json(self, key: str) -> dict[str, Any]:
        """Read one JSON document."""
        document: dict[str, Any] = json.loads(self.get(key))
        return document

    def put(self, key: str, body: bytes) -> None:
        """Write one object, whole or not at all."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(body)
        part.replace(path)
