"""What the operator's command line makes of words, without doing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from cli.main import app


def options_of(name: str, words: Sequence[str]) -> dict[str, Any]:
    """The options `greenfraud name words…` is run with; a usage error when it would refuse them."""
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    command, rest = commands[name], list(words[: words.index(">")] if ">" in words else words)
    while subcommands := getattr(command, "commands", None):
        if command.invoke_without_command and not {*subcommands} & {*rest}:
            break  # a command by itself, with others below it
        name, *rest = rest
        command = subcommands[name]
    found: dict[str, Any] = command.make_context(name, rest).params
    return found
