"""What every online state knew before the lake was read: the proof that the lake's tiles may replace its own.

An event changes the online state first and lands in the lake within `LANDED_SECONDS`. What an item knew that long before
the lake was read is therefore in the lake; what it learned since shows by comparing it with the survey.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from greenfraud.items import state as state_items
from training.online.state_writes import Outcome
from training.online.tile_correction import LakeBehindError, Span, closed_part, corrected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from greenfraud.features.tiles import ViewState
    from greenfraud.items.attributes import Item
    from training.online.stored_states import Stored

log = logging.getLogger(__name__)
# An invocation of the ingest function, 60 seconds at most, applies its events and then lands them; one that is cut off
# in between is repeated at once.
LANDED_SECONDS = 120.0
NOTHING_SEEN = 0


@dataclass(frozen=True)
class Sighting:
    """An item at the time of the survey: its version, a digest of its closed tiles, when it was last written, if it counts."""

    mark: tuple[tuple[str, str], ...]
    closed: int
    written_at: float
    is_known: bool


class StateSurvey:
    """The sightings of one table."""

    def __init__(self, items: Iterable[Stored], span: Span) -> None:
        """Remember every item, and name each damaged one in the log; `span` ends where tiles are still open."""
        self._span = span
        self._sightings: dict[str, Sighting] = {}
        self.damaged: set[str] = set()
        for stored in items:
            if stored.damage is not None:
                self.damaged.add(stored.entity_id)
                log.warning("a state is damaged: %s", stored.damage)  # whose it is, no log says
            elif stored.state is not None:
                self._sightings[stored.entity_id] = self._sighting(stored.item, stored.state)

    def __len__(self) -> int:
        return len(self._sightings)

    @property
    def known(self) -> set[str]:
        """The entities that counted as seen."""
        return {entity_id for entity_id, seen in self._sightings.items() if seen.is_known}

    def spans(self, stored: Stored, state: ViewState, landed_until: float) -> list[Span]:
        """Return the spans of a state that the lake is known to cover, the widest first; none while it is changing.

        What was written later than `landed_until`, in epoch seconds, may not have landed when the lake was read.
        """
        seen = self._sightings.get(stored.entity_id)
        if seen is not None and seen.written_at > landed_until:
            return []
        if seen is not None and seen.mark == state_items.mark(stored.item):
            return [Span(self._span.as_of_us), self._span]
        before = NOTHING_SEEN if seen is None else seen.closed
        return [self._span] if before == self._digest(state) else []

    def agree(self, one: ViewState, other: ViewState) -> bool:
        """Tell whether the closed tiles of two states are the same."""
        return closed_part(one, self._span) == closed_part(other, self._span)

    def _sighting(self, item: Item, state: ViewState) -> Sighting:
        is_known = state.is_known_at(self._span.as_of_us)
        return Sighting(state_items.mark(item), self._digest(state), state_items.written_at(item), is_known)

    def _digest(self, state: ViewState) -> int:
        part = closed_part(state, self._span)
        return hash(part) if any(columns[0] for columns in part) else NOTHING_SEEN


@dataclass(frozen=True)
class LakeCorrection:
    """Decides what the lake corrects in an item."""

    survey: StateSurvey
    landed_until: float  # epoch seconds: what was written before had landed when the lake was read
    trusts_lake: bool = False

    def __call__(self, _: str, stored: Stored | None, lake: ViewState) -> ViewState | Outcome:
        """Return the state to store, or why the item is left alone."""
        if stored is None or stored.state is None:
            return lake
        outcome = Outcome.SAME if self.survey.agree(stored.state, lake) else Outcome.CONFLICT
        for span in self.survey.spans(stored, stored.state, self.landed_until):
            try:
                return corrected(stored.state, lake, span, trusts_lake=self.trusts_lake)
            except LakeBehindError:
                outcome = Outcome.BEHIND
        return outcome
