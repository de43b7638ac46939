"""A mistake made on purpose, to show that the comparison finds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from greenfraud.features import windows
from greenfraud.features.windows import TileRange
from greenfraud.instants import HOUR_US
from local.patches import replace_imported


@contextmanager
def one_hop() -> Iterator[None]:
    """Inside, the live engine's windows of hourly tiles begin one tile late; the offline builder has code of its own."""

    def shifted(occurred_us: int, window_us: int, hop_us: int) -> TileRange:
        tiles = right(occurred_us, window_us, hop_us)
        return TileRange(tiles.first + 1, tiles.end) if hop_us == HOUR_US else tiles

    right = windows.recent_tiles
    replace_imported("greenfraud.features", "recent_tiles", right, shifted)
    try:
        yield
    finally:
        replace_imported("greenfraud.features", "recent_tiles", shifted, right)
