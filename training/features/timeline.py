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

# A table with a cell per entity and tile answers at once; it is made while it is not much larger than what is asked.
CELLS_PER_QUERY = 6


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
    """Events sorted by (entity, time), and the entity of each query that will be asked about them, over and over."""

    entity: Ints
    time_us: Ints
    asked: Ints
    _keys: dict[int, _Keys] = field(default_factory=dict, repr=False, compare=False)

    def first_at(self, tile: Ints, hop_us: int) -> Ints:
        """Return per query the position of its entity's first event in or after a tile, the `tile`-th of `hop_us` each."""
        if not len(self.entity):
            return np.zeros(len(tile), np.int64)
        if hop_us not in self._keys:
            self._keys[hop_us] = _Keys.of(self.entity, self.time_us // hop_us, self.asked)
        return self._keys[hop_us].first_at(tile)


@dataclass(frozen=True)
class _Keys:
    """Entity and tile of each event as one ascending number, or the table of where each number begins."""

    tile: int  # the first of any event
    end: int  # the one after every event
    asked: Ints  # what to add to a query's tile
    keys: Ints | None
    table: Ints | None

    @classmethod
    def of(cls, entity: Ints, tile: Ints, asked: Ints) -> _Keys:
        first, base, end = int(entity[0]), int(tile.min()), int(tile.max()) + 1
        tiles = end - base + 1
        keys = (entity - first) * tiles + (tile - base)
        cells = (int(entity[-1]) - first + 1) * tiles
        asked = (asked - first) * tiles - base
        if cells > CELLS_PER_QUERY * max(len(keys), len(asked)):
            return cls(base, end, asked, keys, None)
        table = np.zeros(cells + 1, np.int64)
        np.cumsum(np.bincount(keys, minlength=cells), out=table[1:])
        return cls(base, end, asked, None, table)

    def first_at(self, tile: Ints) -> Ints:
        """Return positions within the events; entities outside of theirs get one of no meaning."""
        key = np.clip(tile, self.tile, self.end)
        key += self.asked
        if self.table is not None:
            return np.take(self.table, key, mode="clip")
        return np.searchsorted(self.keys, key)  # type: ignore[arg-type]  # one of the two is there
