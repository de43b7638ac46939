"""What the operator's command line makes of words, without doing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from cli.main import app


def options_of(name: str, words: Sequence[str]) -> dict[str, Any]:
    """The options `greenfraud name words…` is run with; a usage error when it would refuse them."""
    command: Any = get_command(app).commands[name]  # type: ignore[attr-defined]
    if hasattr(command, "commands"):  # a group, such as `audit`: its command is the next word
        name, *words = words
        command = command.commands[name]
    found: dict[str, Any] = command.make_context(name, list(words)).params
    return found
