"""One kind of event in the order in which the rows of a history come to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class EventLine:
    """Events sorted by entity and by when they are known; `key` rises with both.

    A row knows those of its entity with at most its own key. `amount_minor` is that of the payment.
    """

    entity: Ints
    time_us: Ints
    key: Ints
    amount_minor: Ints

    @classmethod
    def of(cls, entity: Ints, time_us: Ints, first_row: Ints, amount_minor: Ints, rows: int) -> EventLine:
        """Sort events of entities, codes from 0 on; each is known from its `first_row` of so many `rows` on."""
        is_about = entity >= 0
        entity, time_us, first_row = entity[is_about], time_us[is_about], first_row[is_about]
        order = np.lexsort((time_us, first_row, entity))
        entity = entity[order]
        return cls(entity, time_us[order], row_key(entity, first_row[order], rows), amount_minor[is_about][order])

    def with_others(self, others: EventLine) -> EventLine:
        """Return these events and others in one order."""
        entity, time_us, key, amount_minor = (
            np.concatenate(pair)
            for pair in (
                (self.entity, others.entity),
                (self.time_us, others.time_us),
                (self.key, others.key),
                (self.amount_minor, others.amount_minor),
            )
        )
        order = np.lexsort((time_us, key))
        return EventLine(entity[order], time_us[order], key[order], amount_minor[order])

    def about(self, entities: range) -> EventLine:
        """Return the events of a range of entities."""
        start, end = np.searchsorted(self.entity, [entities.start, entities.stop])
        cut = slice(int(start), int(end))
        return EventLine(self.entity[cut], self.time_us[cut], self.key[cut], self.amount_minor[cut])


def row_key(entity: Ints, row: Ints, rows: int) -> Ints:
    """Return numbers that rise with entity and row of a history of so many."""
    return entity * (rows + 1) + row
