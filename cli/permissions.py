"""What the embedded AWS refused, told to whoever runs the platform on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from cli.screen import Screen

FOLDER = Path(os.environ.get("GREENFRAUD_PERMISSIONS", ".local/permissions"))


@contextmanager
def refusals_told(screen: Screen) -> Iterator[Callable[[int], None]]:
    """Once the block is over, tell what the embedded AWS refused whose process number was handed on.

    CommandError when it refused anything, unless something else went wrong already.
    """
    numbers: list[int] = []
    try:
        yield numbers.append
    except BaseException:
        tell(screen, numbers)
        raise
    if tell(screen, numbers):
        raise CommandError("a role lacks a permission that its work needs: see the lines above")


def tell(screen: Screen, numbers: list[int]) -> int:
    """Print how many permissions were refused, each with the line of `cdk/` that grants it; how many."""
    refused = [one for number in numbers for one in refusals(number)]
    if numbers:
        screen.line(f"permissions: {len(refused)} denied")
    for one in refused:
        screen.line(f"  denied {one['times']} time{'s' * (one['times'] > 1)}: {one['said']}")
    return len(refused)


def refusals(process_id: int) -> list[dict[str, Any]]:
    """The refusals that the embedded AWS of that process wrote down."""
    file = FOLDER / f"{process_id}.json"
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["denied"] if file.exists() else []
    return found
