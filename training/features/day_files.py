"""The lake's records of one kind, read a few days at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from greenfraud.errors import NotFound
from greenfraud.naming import day_prefix
from training.features.record_file import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

PARALLEL_DAYS = 16
PARALLEL_READS = 64  # a day that is still open has many small files
LISTINGS = 5  # of a day that loses files in between: once is a compaction, this often is somebody else


class Lake(Protocol):
    """Where records lie and where chunks go: a bucket, or a folder in its place."""

    def folders(self, prefix: str) -> list[str]:
        """List the names of the next level below a prefix."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix, in key order."""
        ...

    def get(self, key: str) -> bytes:
        """Read one object. Raises NotFound."""
        ...

    def get_json(self, key: str) -> dict[str, Any]:
        """Read one JSON document."""
        ...

    def put(self, key: str, body: bytes) -> None:
        """Write one object, whole or not at all."""
        ...


class DayFiles:
    """Records of one kind under `<kind>/dt=<day>/`: which days there are is listed once, a day's files when it is read.

    A day's landed files may be merged into one while it is read: what was listed and is gone is listed again.
    """

    def __init__(self, lake: Lake, kind: str, schema: pa.Schema) -> None:
        """List the days, and none of their files."""
        self._lake, self._kind, self._schema = lake, kind, schema
        self._days = sorted(date.fromisoformat(name.removeprefix("dt=")) for name in lake.folders(f"{kind}/"))

    @property
    def first_day(self) -> date | None:
        """The oldest day with a file."""
        return min(self._days, default=None)

    def days(self, first_day: date | None, end_day: date | None) -> list[date]:
        """Return the days with files in [first_day, end_day), ascending; None is without bound."""
        return [day for day in self._days if (first_day or date.min) <= day < (end_day or date.max)]

    def read(
        self, first_day: date | None, end_day: date | None, arrange: Callable[[pa.Table], pa.Table] = lambda table: table
    ) -> list[pa.Table]:
        """Return one table per day of [first_day, end_day), each passed through `arrange`."""
        days = self.days(first_day, end_day)
        # Two pools, or days that wait for their files would leave no thread to fetch them.
        with ThreadPoolExecutor(PARALLEL_READS) as files, ThreadPoolExecutor(PARALLEL_DAYS) as pool:
            found = list(pool.map(lambda day: self._fetched(day, files), days))
        # Waiting takes many threads; parsing, more than there are processors, takes three times as long.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda parts: arrange(self._parsed(parts)), found))

    def _fetched(self, day: date, files: Executor) -> list[tuple[str, bytes]]:
        for _ in range(LISTINGS - 1):
            try:
                return self._fetch_listed(day, files)
            except NotFound:
                continue
        return self._fetch_listed(day, files)

    def _fetch_listed(self, day: date, files: Executor) -> list[tuple[str, bytes]]:
        keys = self._lake.keys(day_prefix(self._kind, day))
        return list(zip(keys, files.map(self._lake.get, keys), strict=True))

    def _parsed(self, files: Sequence[tuple[str, bytes]]) -> pa.Table:
        return pa.concat_tables([self._schema.empty_table(), *(read_file(key, body, self._schema) for key, body in files)])
