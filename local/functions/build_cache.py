"""What is built once per content and kept under `.local/cache`."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

CACHE = Path(".local/cache")
FINGERPRINT_LENGTH = 16


def python_version() -> str:
    """The interpreter functions run on: the host's own minor version."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def fingerprint(parts: Iterable[str]) -> str:
    """A short digest of all parts, in order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:FINGERPRINT_LENGTH]


def built_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """Build `folder` beside its place and rename it: two builders, or one killed half-way, leave nothing torn."""
    folder = folder.absolute()
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    build(draft)
    try:
        draft.rename(folder)
    except OSError:  # another builder was faster
        shutil.rmtree(draft, ignore_errors=True)
    return folder
