"""`greenfraud dashboard`: gather, draw, write the page in one step."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from cli.dashboard.inputs import inputs_from_aws, inputs_from_here
from cli.dashboard.page import page
from cli.screen import Screen
from cli.target import Target

PAGE = Path(".local/dashboard.html")


def build_dashboard(screen: Screen, path: Path = PAGE, *, aws: Target | None = None) -> Path:
    """Write the page and say where it is and what could not be shown."""
    inputs = inputs_from_aws(aws) if aws else inputs_from_here()
    write_page(page(inputs, datetime.now(UTC)), path)
    for note in inputs.missing:
        screen.line(f"unavailable: {note}")
    screen.line(f"{path} is ready: open it in a browser, {path.resolve().as_uri()}")
    return path


def write_page(text: str, path: Path) -> None:
    """Replace `path` by the page in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
