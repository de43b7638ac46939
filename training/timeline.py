"""One kind of event in time order per entity, answering how many fell into a window by binary search.

Windows of the feature algebra start (and lagged ones end) on borders of tiles, so comparing tile indices instead of
times is exact and keeps the search keys small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Timeline:
    """Events sorted by (entity, time); events of the same time keep the order they were given in."""

    def __init__(self, entity: Ints, time_us: Ints) -> None:
        """Sort the events; entities are codes counted from 0."""
        self.order = np.lexsort((time_us, entity))
        self.entity = entity[self.order]
        self.time_us = time_us[self.order]
        self._keys: dict[int, Ints] = {}

    def first_at(self, entity: Ints, border_us: Ints, hop_us: int) -> Ints:
        """Return per query the position of the entity's first event at or after a border, a multiple of `hop_us`."""
        base, span = self._tile_range(hop_us)
        tile = np.clip(border_us // hop_us - base, 0, span - 1)
        return np.searchsorted(self._key(hop_us), entity * span + tile)

    def _tile_range(self, hop_us: int) -> tuple[int, int]:
        if not len(self.time_us):
            return 0, 1
        base = int(self.time_us.min()) // hop_us
        return base, int(self.time_us.max()) // hop_us - base + 2  # the last one lies after every event

    def _key(self, hop_us: int) -> Ints:
        if hop_us not in self._keys:
            base, span = self._tile_range(hop_us)
            self._keys[hop_us] = self.entity * span + (self.time_us // hop_us - base)
        return self._keys[hop_us]
