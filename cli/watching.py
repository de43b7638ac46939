"""A status that is kept up to date on the screen, until Ctrl-C."""

from __future__ import annotations

import time

from rich.live import Live
from rich.text import Text

from cli.errors import CommandError, InputError
from cli.interruption import told_when_stopped
from cli.operations import status_document, status_lines
from cli.screen import Screen, harmless
from cli.target import Target

EVERY_SECONDS = 3.0
STOPPED = "no longer watched; what runs goes on, and nothing was changed"


def watch_status(target: Target, screen: Screen) -> None:
    """Show the status anew every few seconds. InputError where there is no terminal to show it on.

    Raises CommandError where no platform answers the first look; one that goes away later is told of, and waited for.
    """
    if not screen.console.is_terminal:
        raise InputError("--watch keeps a terminal up to date, and there is none here: a script reads --json")
    first = _text(status_lines(status_document(target)))
    with told_when_stopped(STOPPED), Live(first, console=screen.console, auto_refresh=False) as live:
        while True:
            time.sleep(EVERY_SECONDS)
            live.update(_text(_looked(target)), refresh=True)


def _looked(target: Target) -> list[str]:
    try:
        return status_lines(status_document(target))
    except CommandError as fault:
        return [f"unavailable: {fault}"]


def _text(lines: list[str]) -> Text:
    return Text(harmless("\n".join(lines)), no_wrap=True, overflow="ellipsis")
