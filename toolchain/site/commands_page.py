"""The command line's own help as a page."""

from __future__ import annotations

import html
import re
from typing import Any

import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

NAME = "greenfraud"
EXAMPLE = re.compile(rf"^{NAME} .+$", re.MULTILINE)  # the help shows an example as a paragraph of its own
TITLE = "# The commands\n\nWhat `greenfraud --help` says, and `--help` behind each command, made from the code.\n\n"


def commands_page() -> str:
    """Every command with its arguments and options, as Typer writes them, and its examples as code."""
    from cli.main import app

    command = get_command(app)
    _tell_whole(command)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name=NAME)
    _, _, body = text.partition("\n")
    return TITLE + EXAMPLE.sub(lambda found: "    " + html.unescape(found[0]), body)


def _tell_whole(command: Any) -> None:
    """Let lists of commands hold the first sentence of each, where Typer would cut it off."""
    for inner in getattr(command, "commands", {}).values():
        inner.short_help = (inner.help or "").split("\n", 1)[0]
        _tell_whole(inner)
