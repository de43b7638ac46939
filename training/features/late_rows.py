"""What became known of chunks after they were mature: rows for the models that learned these chunks without it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from greenfraud.chunks import Chunk
from training.features.known_labels import JUDGED, KNOWN, TOLD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Beside the chunk that is learned next, in the same channel; who reads the chunk's rows, Feast too, passes by such a name.
LATE_FILE = "_late.parquet"


def late_rows(table: pa.Table, mature_us: int) -> pa.Table:
    """Return the rows of a chunk's table of which somebody spoke only after the chunk was mature."""
    return table.filter(_is_late(table, mature_us))


def has_late(table: pa.Table, mature_us: int) -> bool:
    """Tell whether there are such rows."""
    return bool(pc.any(_is_late(table, mature_us)).as_py())


def _is_late(table: pa.Table, mature_us: int) -> pa.ChunkedArray:
    return pc.and_(table[JUDGED], pc.fill_null(pc.greater(table[TOLD], mature_us), fill_value=False))


def late_file(tables: Sequence[pa.Table], known_us: int) -> pa.Table:
    """Return the late rows of several chunks as one table, which says up to which moment it knows them."""
    joined = pa.concat_tables(tables, promote_options="default") if tables else pa.table({})
    return joined.replace_schema_metadata({KNOWN: str(known_us).encode()})


def numbers_of(ids: pa.ChunkedArray) -> list[int]:
    """Return a number of 63 bits per id, never 0: by it a model's sample of the past finds a row again, without the id."""
    return [int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1 or 1 for text in ids.to_pylist()]


@dataclass(frozen=True)
class Late:
    """The late rows that came with a chunk; `known_us` is when they were looked for, 0 where nobody has."""

    table: pa.Table
    known_us: int

    @classmethod
    def read(cls, channel: Path) -> Late:
        """Read them from an input channel."""
        file = channel / LATE_FILE
        table = pq.read_table(file) if file.is_file() else pa.table({})
        return cls(table, int((table.schema.metadata or {}).get(KNOWN, 0)))

    def new_to(self, chunks: Sequence[str], known_us: int) -> pa.Table:
        """Return the rows of `chunks` that could not be known to who learned these chunks as known at a moment."""
        if not self.table.num_rows:
            return self.table
        learned = [Chunk.parse(chunk) for chunk in chunks]
        moment = self.table["occurred_us"]
        is_learned = pa.array([False] * self.table.num_rows)
        for chunk in learned:
            is_here = pc.and_(pc.greater_equal(moment, chunk.start_us), pc.less(moment, chunk.end_us))
            is_learned = pc.or_(is_learned, is_here)
        return self.table.filter(pc.and_(is_learned, pc.greater(self.table[TOLD], known_us)))
