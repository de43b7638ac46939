"""What a person sees: a live line on a terminal, plain readable lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status
from rich.table import Table

PLAIN_WIDTH = 160


def harmless(text: str) -> str:
    r"""Return a text with a dot for whatever a terminal would obey: names and values of strangers' files are in it.

    >>> harmless("column a\x1b[31mb\nnext")
    'column a·[31mb\nnext'
    """
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "·" for letter in text)


class Screen:
    """Prints the steps of a command and remembers how long each took."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False, soft_wrap=True)
        self.seconds: dict[str, float] = {}
        self._status: Status | None = None

    @classmethod
    def aside(cls) -> Screen:
        """A screen on standard error, for what is said beside an answer that a script reads."""
        width = None if sys.stderr.isatty() else PLAIN_WIDTH
        return cls(Console(stderr=True, width=width, highlight=False, soft_wrap=True))

    @classmethod
    def beside(cls, *, is_json: bool) -> Screen:
        """Where to say what a person reads: aside where the answer itself is a document."""
        return cls.aside() if is_json else cls()

    def line(self, text: str = "", *, style: str | None = None) -> None:
        """One line, never interpreted as markup, nor by the terminal."""
        self.console.print(harmless(text), style=style, markup=False)

    def table(self, table: Table) -> None:
        """A table."""
        self.console.print(table, soft_wrap=False)

    def doing(self, text: str) -> None:
        """What goes on right now: replaces the live line on a terminal, is not shown elsewhere."""
        if self._status is not None:
            self._status.update(f"[bold]{text}")

    @contextmanager
    def step(self, name: str, text: str) -> Iterator[None]:
        """A step called `name` in the record of seconds; says when it begins and when it is done."""
        began = time.monotonic()
        if not self.console.is_terminal:
            self.line(f"{text} …")
        with self.live(text):
            yield
        self.seconds[name] = round(time.monotonic() - began, 2)
        self.line(f"✓ {text} ({self.seconds[name]:.1f} s)", style="green" if self.console.is_terminal else None)

    @contextmanager
    def live(self, text: str) -> Iterator[None]:
        """Show `text` with a spinner while the block runs, where there is a terminal."""
        if not self.console.is_terminal:
            yield
            return
        with self.console.status(f"[bold]{text}") as status:
            self._status = status
            try:
                yield
            finally:
                self._status = None
