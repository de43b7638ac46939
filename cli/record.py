"""`.local/run.json`: what a run did, in figures. Written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(".local")
RUN_RECORD = FOLDER / "run.json"


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Replace `path` by `document` in one step, so that a reader or a full disk never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=1, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_json_file(path: Path) -> dict[str, Any]:
    """The document at `path`; empty when there is none."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document


def template_sha256s() -> dict[str, str]:
    """sha256 of the template really sent, by stack, as the deployer wrote it down."""
    return {stack: entry["template_sha256"] for stack, entry in read_json_file(FOLDER / "deployed.json").items()}


def preparation_seconds() -> dict[str, float]:
    """Seconds of installation and synthesis as make wrote them down; 0 where nothing had to be done."""
    steps = ("install", "synth")
    return {step: float(read_json_file(FOLDER / f"{step}.json").get("seconds", 0.0)) for step in steps}
