"""Everything that happened to one kind of entity: payments tried, accepted, held and declined, and the fraud reports about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.distinct import WORDS
from greenfraud.features.measures import ROOM_MINOR, SQUARE_CAP_MINOR
from training.features.event_line import EventLine, row_key
from training.features.logarithm import log2_fixed
from training.features.places import marked_places
from training.features.timeline import order_by_entity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from greenfraud.features.manifest import View
    from training.features.history import History

    Ints = NDArray[np.int64]


NEVER_US = int(np.iinfo(np.int64).min)
# What each payment contributes, as `greenfraud.features.measures` defines it for one.
SUMMED: Mapping[str, Callable[[Ints], Ints]] = {
    "amount_minor": lambda amounts: amounts,
    "excess_minor": lambda amounts: amounts - np.minimum(amounts, SQUARE_CAP_MINOR),
    "square": lambda amounts: np.minimum(amounts, SQUARE_CAP_MINOR) ** 2,
    "log_amount": log2_fixed,
}
# What grows as the smallest payment shrinks, or with the largest.
MAXIMAL: Mapping[str, Callable[[Ints], Ints]] = {
    "largest": lambda amounts: amounts,
    "held_room": lambda amounts: ROOM_MINOR - amounts,
    "declined_room": lambda amounts: ROOM_MINOR - amounts,
}


class EntityEvents:
    """Where the events of each entity are found; `code` is the entity of each row, -1 for none.

    `accepted` is None where every payment was accepted at once: then it is what was tried. `met` are the places that each row
    marks: under None of whom the entity met, under an extra column of its value.
    """

    def __init__(self, history: History, view: View) -> None:
        """Sort the history by entity; where reports are no events of the view, leave them out."""
        code, release_code = history.code[view.join_key], history.releases.code[view.join_key]
        marking = {series.of for series in view.series if series.measures == WORDS}
        self.met = {of: marked_places(history, view, of) for of in marking}
        self.occurred_us, self.amount_minor = history.occurred_us, history.amount_minor
        self._order = order_by_entity(code)
        self._first = np.concatenate([[0], np.cumsum(np.bincount(code + 1))])  # of each entity in the order, -1 before all
        rows, observed_us = history.reports() if view.keeps_reports else (np.empty(0, np.int64), np.empty(0, np.int64))
        self.reports = self._known_later(code[rows], observed_us, self.amount_minor[rows])
        self.held = self._known_at_once(code, np.flatnonzero(history.is_held))
        self.declined = self._known_at_once(code, np.flatnonzero(history.is_declined))
        self.accepted = self._accepted(history, code, release_code)

    def blocks(self, rows: slice, transactions: int) -> Iterator[tuple[range, int]]:
        """Yield ranges of entities with about so many transactions together; entities are not divided.

        With each comes where its first row is found in `order_of(rows)`.
        """
        is_asked = self._is_asked(rows)
        start, entities, first = 0, len(self._first) - 1, 0
        while start < entities:
            end = int(np.searchsorted(self._first, self._first[start] + transactions, side="right")) - 1
            end = max(end, start + 1)
            yield range(start - 1, end - 1), first
            first += int(np.count_nonzero(is_asked[self._first[start] : self._first[end]]))
            start = end

    def order_of(self, rows: slice) -> Ints:
        """Return some rows of the history by entity and in time order."""
        return self._order[self._is_asked(rows)]

    def rows(self, entities: range) -> Ints:
        """Return the rows of the history about a range of entities, by entity and in time order."""
        return self._order[self._first[entities.start + 1] : self._first[entities.stop + 1]]

    def code_of(self, entities: range) -> Ints:
        """Return the entity of each of their `rows`."""
        return np.repeat(np.arange(entities.start, entities.stop), np.diff(self._first[entities.start + 1 : entities.stop + 2]))

    def key(self, entity: Ints, row: Ints) -> Ints:
        """Return the key up to which a row knows the events of its entity."""
        return row_key(entity, row, len(self.occurred_us))

    def _is_asked(self, rows: slice) -> NDArray[np.bool_]:
        is_asked: NDArray[np.bool_] = (self._order >= rows.start) & (self._order < rows.stop)
        return is_asked

    def _accepted(self, history: History, code: Ints, release_code: Ints) -> EventLine | None:
        releases = history.releases
        if history.is_accepted.all() and not len(releases.accepted_us):
            return None
        at_once = self._known_at_once(code, np.flatnonzero(history.is_accepted))
        released = self._known_later(release_code, releases.accepted_us, releases.amount_minor)
        return at_once.with_others(released)

    def _known_at_once(self, code: Ints, rows: Ints) -> EventLine:
        """Return what became of some rows' payments in the moment they were tried: known to every row after their own."""
        return EventLine.of(code[rows], self.occurred_us[rows], rows + 1, self.amount_minor[rows], len(self.occurred_us))

    def _known_later(self, entity: Ints, time_us: Ints, amount_minor: Ints) -> EventLine:
        """Return what became known at some later time: to the rows after its microsecond, for among equals payments come first."""
        first_row = np.searchsorted(self.occurred_us, time_us, side="right")
        return EventLine.of(entity, time_us, first_row, amount_minor, len(self.occurred_us))
