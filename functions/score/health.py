"""One word for whoever asks whether the service answers; asked often, it is remembered, so that asking costs next to nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from functions.score.context import Context
from functions.score.state import Entity
from greenfraud.errors import StoreUnavailableError

Word = Literal["ok", "degraded", "unavailable"]

REMEMBERED_SECONDS = 5.0  # anybody may ask: more often than this, no store is read
NOBODY = "health"  # an id of every kind: whether its state can be read is what counts


class Health:
    """What `read` found a moment ago: whether control document and states can be read, and production answers."""

    def __init__(
        self, read: Callable[[Sequence[Entity]], Context], views: Iterable[str], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._entities = [(view, NOBODY) for view in views]
        self._clock = clock
        self._said: tuple[float, Word] | None = None

    def word(self) -> Word:
        """How the service is, by a look that is at most REMEMBERED_SECONDS old."""
        now = self._clock()
        if self._said is None or now - self._said[0] >= REMEMBERED_SECONDS:
            self._said = now, self._look()
        return self._said[1]

    def _look(self) -> Word:
        try:
            return self._word_on(self._read(self._entities))
        except StoreUnavailableError:  # the key of the ids
            return "unavailable"

    def _word_on(self, context: Context) -> Word:
        if "unreadable" in context.control_faults:
            return "unavailable"
        is_readable = context.snapshot.states.keys() >= {*self._entities}
        return "ok" if is_readable and not context.degraded else "degraded"
