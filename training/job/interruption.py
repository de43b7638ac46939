"""SIGTERM: SageMaker takes a spot instance back, or somebody stops the job; SIGKILL follows 120 s later.

A container's first process has no default for the signal: unless it asks for it, it never hears of it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# Like a process that the signal ended. Exit code 0 would be Completed to SageMaker, and the next state would look for results.
EXIT_CODE = 128 + signal.SIGTERM


class Interrupted(BaseException):
    """The job must end; says what was kept. Not an Exception, so that nothing on the way takes it for an error."""


@contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """Raise Interrupted wherever the block is when the signal comes."""

    def end(*_: Any) -> None:
        raise Interrupted("stopped by SIGTERM")

    with _handled_by(end):
        yield


@contextmanager
def deferred() -> Iterator[Callable[[], bool]]:
    """Let the block ask whether the signal has come, and raise Interrupted where it suits; at its end it is raised anyway."""
    received: list[int] = []
    with _handled_by(lambda number, _: received.append(number)):
        yield lambda: bool(received)
    if received:
        raise Interrupted("stopped by SIGTERM; the fit is done and kept")


@contextmanager
def _handled_by(handler: Callable[[int, Any], None]) -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
