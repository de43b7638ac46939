"""One kind of event in time order per entity, answering where a window begins.

Windows of the feature algebra start (and lagged ones end) on borders of tiles, so comparing tile indices instead of
times is exact and keeps the search keys small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

# A table with a cell per entity and tile answers at once; it is made while it is not much larger than its events.
CELLS_PER_EVENT = 6


def order_by_entity(entity: Ints) -> Ints:
    """Return the order of rows by entity, keeping the order within one; entities are codes counted from -1.

    Sorted by 16 bits at a time, which numpy does by counting.
    """
    code = entity + 1
    order = np.argsort((code & 0xFFFF).astype(np.uint16), kind="stable")
    if len(code) and code.max() > 0xFFFF:
        order = order[np.argsort((code[order] >> 16).astype(np.uint16), kind="stable")]
    return order


@dataclass(frozen=True)
class Timeline:
    """Events sorted by (entity, time)."""

    entity: Ints
    time_us: Ints
    _keys: dict[int, _Keys] = field(default_factory=dict, repr=False, compare=False)

    def first_at(self, entity: Ints, tile: Ints, hop_us: int) -> Ints:
        """Return per query the position of the entity's first event in or after a tile, the `tile`-th of `hop_us` each."""
        if not len(self.entity):
            return np.zeros(len(entity), np.int64)
        if hop_us not in self._keys:
            self._keys[hop_us] = _Keys.of(self.entity, self.time_us // hop_us)
        return self._keys[hop_us].first_at(entity, tile)


@dataclass(frozen=True)
class _Keys:
    """Entity and tile of each event as one ascending number, or the table of where each number begins."""

    entity: int  # of the first event
    tile: int  # the first of any event
    tiles: int  # up to one after every event
    keys: Ints | None
    table: Ints | None

    @classmethod
    def of(cls, entity: Ints, tile: Ints) -> _Keys:
        first, base = int(entity[0]), int(tile.min())
        tiles = int(tile.max()) - base + 2
        keys = (entity - first) * tiles + (tile - base)
        cells = (int(entity[-1]) - first + 1) * tiles
        if cells > CELLS_PER_EVENT * len(keys):
            return cls(first, base, tiles, keys, None)
        table = np.zeros(cells + 1, np.int64)
        np.cumsum(np.bincount(keys, minlength=cells), out=table[1:])
        return cls(first, base, tiles, None, table)

    def first_at(self, entity: Ints, tile: Ints) -> Ints:
        """Return positions within the events; entities outside of theirs get one of no meaning."""
        key = np.clip(tile - self.tile, 0, self.tiles - 1)
        key += (entity - self.entity) * self.tiles
        if self.table is not None:
            return np.take(self.table, key, mode="clip")
        return np.searchsorted(self.keys, key)  # type: ignore[arg-type]  # one of the two is there
