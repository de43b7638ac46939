"""Rows in order, more than memory holds: sorted in runs on disk, then merged a few rows of each run at a time.

The same rows come out the same, in whatever portions they came in.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from training.compaction.kinds import Kind

RUN_ROWS = 65_536
BATCH_ROWS = 2_048  # of each run in memory while runs are merged
Place = tuple[object, ...]


class SortedRuns:
    """The records of one kind and day, without repetitions."""

    def __init__(self, kind: Kind, folder: Path, run_rows: int = RUN_ROWS, batch_rows: int = BATCH_ROWS) -> None:
        """Keep runs in an empty folder."""
        self._kind, self._folder, self._run_rows, self._batch_rows = kind, folder, run_rows, batch_rows
        self._waiting: list[pa.Table] = []
        self._runs: list[Path] = []

    def add(self, rows: pa.Table) -> None:
        """Take some rows; a run is written once there are enough."""
        self._waiting.append(rows)
        if sum(table.num_rows for table in self._waiting) >= self._run_rows:
            self._write_run()

    def merged(self) -> Iterator[pa.Table]:
        """Yield all rows in order, each record once."""
        self._write_run()
        heads = [_Head(path) for path in self._runs]
        while heads:
            # Beyond the smallest place up to which a run has been read, that run may have rows that come first.
            open_ends = [head.last(self._kind.order) for head in heads if not head.is_read]
            bound = min(open_ends, default=None)
            rows = pa.concat_tables([head.take_before(self._kind.order, bound) for head in heads])
            if rows.num_rows:
                yield self._arranged(rows)
            for head in heads:
                if not head.is_read and head.last(self._kind.order) == bound:
                    head.read_on()
            heads = [head for head in heads if head.rows.num_rows or not head.is_read]

    def _write_run(self) -> None:
        if not self._waiting:
            return
        rows, self._waiting = self._arranged(pa.concat_tables(self._waiting)), []
        path = self._folder / f"{len(self._runs)}.arrow"
        options = pyarrow.ipc.IpcWriteOptions(compression="lz4")
        with pyarrow.ipc.new_file(path, rows.schema, options=options) as file:
            file.write_table(rows, max_chunksize=self._batch_rows)
        self._runs.append(path)

    def _arranged(self, rows: pa.Table) -> pa.Table:
        rows = rows.combine_chunks().sort_by([(name, "ascending") for name in self._kind.sorting])
        return distinct(rows, self._kind.unique).combine_chunks()


class _Head:
    """What has been read of a run and not been merged; not empty unless all of it is read."""

    def __init__(self, path: Path) -> None:
        self._file = pyarrow.ipc.open_file(path)
        self._next = 0
        self.rows = self._file.schema.empty_table()
        self.read_on()

    @property
    def is_read(self) -> bool:
        return bool(self._next == self._file.num_record_batches)

    def read_on(self) -> None:
        if not self.is_read:
            self.rows = pa.concat_tables([self.rows, pa.Table.from_batches([self._file.get_batch(self._next)])])
            self._next += 1

    def last(self, order: Sequence[str]) -> Place:
        return tuple(self.rows[name][-1].as_py() for name in order)

    def take_before(self, order: Sequence[str], bound: Place | None) -> pa.Table:
        count = self.rows.num_rows if bound is None else _rows_before(self.rows, order, bound)
        taken, self.rows = self.rows.slice(0, count), self.rows.slice(count)
        return taken


def distinct(rows: pa.Table, unique: Sequence[str]) -> pa.Table:
    """Return sorted rows without those that agree with the row before in every column of `unique`."""
    if rows.num_rows < 2:
        return rows
    before, after = rows.slice(0, rows.num_rows - 1), rows.slice(1)
    is_same = reduce(pc.and_, [_equal(before[name], after[name]) for name in unique])
    return rows.filter(pa.chunked_array([pa.array([True]), *pc.invert(is_same).chunks]))


def _equal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    both_missing = pc.and_(pc.is_null(one), pc.is_null(other))
    return pc.or_(pc.fill_null(pc.equal(one, other), False), both_missing)


def _rows_before(rows: pa.Table, order: Sequence[str], bound: Place) -> int:
    """Return how many sorted rows stand before a place; text is compared by its bytes, as it is sorted."""
    is_before, is_even = pa.scalar(False), pa.scalar(True)
    for name, value in zip(order, bound, strict=True):
        limit = pa.scalar(value, rows.schema.field(name).type)
        is_before = pc.or_(is_before, pc.and_(is_even, pc.less(rows[name], limit)))
        is_even = pc.and_(is_even, pc.equal(rows[name], limit))
    return int(pc.sum(is_before).as_py() or 0)
