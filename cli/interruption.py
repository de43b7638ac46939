"""How a command that stays up is told to end."""

from __future__ import annotations

import signal


def end_like_ctrl_c() -> None:
    """A polite kill and a closed terminal stop everything in order, as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
