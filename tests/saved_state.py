"""A saved state as the embedded AWS leaves it when it stops: lists of objects, and their bodies by content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path


def save_objects(state: Path, bucket: str, objects: Mapping[str, bytes]) -> None:
    """Write a bucket's list and the bodies."""
    bodies = state / "s3" / "bodies"
    bodies.mkdir(parents=True, exist_ok=True)
    lines = []
    for key, content in objects.items():
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        body = f"{digest}-{len(content)}"
        (bodies / body).write_bytes(content)
        told = {"metadata": {}, "etag": f'"{digest}"', "modified_at": "2026-04-01T09:30:00"}
        lines.append(json.dumps({"key": key, "body": body, **told}))
    (state / "s3" / f"{bucket}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
