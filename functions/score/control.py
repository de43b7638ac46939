"""The control document in force: the newest good one that this instance knows, and what is wrong with the copies of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from greenfraud.control import ControlDocument
from greenfraud.items.control import Copy, Fault, newest

LOOK_SECONDS = 5.0  # all copies are read at most so often, or a fault would multiply what a table under strain is asked


class InForce(NamedTuple):
    """The document to obey, and each kind of fault that was met on the way to it; none known is the one that names no model."""

    document: ControlDocument
    faults: list[Fault]


class Control:
    """Believes a copy where it fits what is known. A first one, and one that does not fit, is compared with all the others.

    `read_copies` reads them all. A promotion replaces them at once, yet a read may fall between: what differs is told only
    where it still does when all are read.
    """

    def __init__(self, read_copies: Callable[[], Sequence[Copy]], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read_copies = read_copies
        self._clock = clock
        self._known: ControlDocument | None = None
        self._has_seen_all = False
        self._looked_at: float | None = None

    def in_force(self, copy: Copy) -> InForce:
        """What to obey, given the copy that a request has read."""
        copies: Sequence[Copy] = [copy]
        if self._is_doubtful(copy) and self._may_look():
            self._looked_at = self._clock()
            copies = self._read_copies()
            self._has_seen_all |= all(one.fault != "unreadable" for one in copies)
        self._known = newest([self._known, *(one.document for one in copies)])
        return InForce(self._known or ControlDocument(), sorted({fault for one in copies if (fault := self._fault_of(one))}))

    def _is_doubtful(self, copy: Copy) -> bool:
        """A store that does not answer is not asked again at once by whoever knows what to obey: it would cost as long again."""
        if not self._has_seen_all:
            return True
        return copy.fault != "unreadable" and not self._fits(copy)

    def _fits(self, copy: Copy) -> bool:
        document, known = copy.document, self._known
        if document is None or known is None:
            return False
        return document == known or document.revision > known.revision

    def _may_look(self) -> bool:
        return self._looked_at is None or self._clock() - self._looked_at >= LOOK_SECONDS

    def _fault_of(self, copy: Copy) -> Fault | None:
        return copy.fault or (None if self._fits(copy) else "differs")
