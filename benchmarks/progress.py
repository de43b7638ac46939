"""How far a benchmark is: a line on the standard error stream for each part that is finished, also where that is a file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


class Progress:
    """Counts finished parts and estimates the time that the others need, as if all parts took equally long."""

    def __init__(
        self, benchmark: str, parts: int, *, every_seconds: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start the clock; at most one line is printed in `every_seconds`, besides that of the last part."""
        self._benchmark, self._parts, self._every_seconds, self._clock = benchmark, parts, every_seconds, clock
        self._done = 0
        self._started = self._printed = clock()

    def finish(self, part: str, parts: int = 1) -> None:
        """Count a finished part, or several at once, and print the time elapsed and the estimate."""
        self._done += parts
        now = self._clock()
        if now - self._printed < self._every_seconds and self._done < self._parts:
            return
        self._printed, elapsed = now, now - self._started
        line = f"{self._benchmark}: {self._done:,} of {self._parts:,} done ({part}) in {duration(elapsed)}"
        if self._done < self._parts:
            line += f", about {duration(elapsed * (self._parts / self._done - 1.0))} left"
        print(line, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a duration as a person reads it.

    >>> [duration(seconds) for seconds in (0.4, 59.7, 130, 3_725)]
    ['0 s', '1 min 00 s', '2 min 10 s', '1 h 02 min']
    """
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
    return f"{minutes // 60} h {minutes % 60:02} min"
