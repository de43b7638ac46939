"""How a command that stays up is told to end, and what Ctrl-C says of what goes on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def told_when_stopped(words: str) -> Iterator[None]:
    """Say, where Ctrl-C ends the block, what goes on without it and what stays; what was said inside stands."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(str(interrupt) or words) from None


def end_like_ctrl_c() -> None:
    """A polite kill and a closed terminal stop everything in order, as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
