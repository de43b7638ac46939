"""Content keys: work is repeated when what it was made from changed, not when a clock moved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

IGNORED_FOLDERS = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"})


def files_below(paths: Iterable[Path]) -> list[Path]:
    """Every file at or below `paths` that belongs to the source, sorted."""
    found: list[Path] = []
    for path in paths:
        candidates = [path] if path.is_file() else sorted(path.rglob("*"))
        found += [p for p in candidates if p.is_file() and not IGNORED_FOLDERS.intersection(p.parts)]
    return sorted(found)


def content_key(root: Path, names: Iterable[str], *salts: str) -> str:
    """sha256 over relative names and bytes of the files below `names`, and over the `salts`."""
    digest = hashlib.sha256("\0".join(salts).encode())
    for path in files_below(root / name for name in names):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
