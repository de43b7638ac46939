"""How far a job is: a line per chunk in its log, a bar where a person watches."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    from greenfraud.chunks import Chunk

log = logging.getLogger(__name__)


class Progress:
    """Counts the chunks that are done."""

    def __init__(self, chunks: int) -> None:
        """Start the clock; a bar is only made for a terminal."""
        self._chunks, self._done, self._rows = chunks, 0, 0
        self._started = time.monotonic()
        self._bar = _Bar(chunks) if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def add(self, chunks: Sequence[Chunk], rows: int) -> None:
        """Say that some more chunks are written."""
        self._done += len(chunks)
        self._rows += rows
        seconds = time.monotonic() - self._started
        log.info("features: up to %s, %d of %d, %d rows in %.1f s", chunks[-1].id, self._done, self._chunks, self._rows, seconds)
        if self._bar is not None:
            self._bar.advance(chunks)


class _Bar:
    """A bar on the standard error stream."""

    def __init__(self, chunks: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Live

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._live = Live(*columns, console=Console(stderr=True), transient=True)
        self._task = self._live.add_task("features", total=chunks)
        self._live.start()

    def advance(self, chunks: Sequence[Chunk]) -> None:
        self._live.update(self._task, advance=len(chunks), description=f"features {chunks[-1].id}")

    def stop(self) -> None:
        self._live.stop()
