"""Merges the small files of one kind and day into one, so that at no moment a reader misses a record.

The merged file is written first, whole, and only over the one that was read; then exactly the files that it holds are deleted. Cut
off in between, both are there: readers tell records apart by their ids, and the next merge takes the same files again, to
the same bytes. What lands after the listing is in neither, and waits for the next merge.
"""

from __future__ import annotations

import logging
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from greenfraud.errors import ContractError, NotFound, StateConflict
from greenfraud.naming import day_prefix
from greenfraud.whole_days import whole_day_key
from training.compaction.merged_file import write_merged
from training.compaction.rows import landed_rows, merged_rows
from training.compaction.sorted_runs import SortedRuns
from training.job.bucket import PARALLEL_READS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from training.compaction.kinds import Kind

log = logging.getLogger(__name__)
READ_AT_ONCE = 512  # small files in memory
FILES_AT_ONCE = 100_000  # merged before the merged file is written: what a job that is interrupted does again
ATTEMPTS = 3  # where somebody else merges, restores or rewrites the same day


class Lake(Protocol):
    """The bucket as compaction needs it."""

    def folders(self, prefix: str) -> list[str]:
        """List the names of the next level below a prefix."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix, in key order."""
        ...

    def first_key(self, prefix: str) -> str | None:
        """Return the first key below a prefix."""
        ...

    def get(self, key: str) -> bytes:
        """Read one object. Raises NotFound."""
        ...

    def fetch(self, key: str, path: Path) -> str | None:
        """Copy an object into a file; returns its tag, None where there is none."""
        ...

    def replace(self, key: str, path: Path, tag: str | None) -> None:
        """Write an object from a file, whole or not at all. Raises StateConflict where it has another tag by now."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects."""
        ...


@dataclass
class Merged:
    """What came of one kind and day: files merged away, records in the merged file, files that cannot be read, by why."""

    files: int = 0
    records: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DayCompaction:
    """One kind and day of a lake."""

    lake: Lake
    kind: Kind
    day: date
    files_at_once: int = FILES_AT_ONCE

    def run(self) -> Merged:
        """Merge until no small file is left that can be read."""
        merged = Merged()
        while sources := [key for key in self.small_files() if key not in merged.unreadable][: self.files_at_once]:
            self._merge_unless_changed(sources, merged)
        return merged

    @property
    def is_due(self) -> bool:
        """Tell whether there is anything to merge: the merged file sorts behind all that is, so the first key tells."""
        first = self.lake.first_key(self._prefix)
        return first is not None and self.kind.takes(first)

    @property
    def _prefix(self) -> str:
        return f"{day_prefix(self.kind.name, self.day)}{self.kind.begins}"

    def small_files(self) -> list[str]:
        """List what is to be merged."""
        return [key for key in self.lake.keys(self._prefix) if self.kind.takes(key)]

    def _merge_unless_changed(self, sources: Sequence[str], merged: Merged) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._merge(sources, merged)
            except (StateConflict, NotFound) as error:  # somebody else is at this day: what is there now is read anew
                if attempt == ATTEMPTS:
                    raise
                log.info("compact: %s of %s is merged again: %s", self.kind.name, self.day, type(error).__name__)
                there = set(self.small_files())
                sources = [key for key in sources if key in there]
            else:
                return

    def _merge(self, sources: Sequence[str], merged: Merged) -> None:
        key = whole_day_key(self.kind.name, self.day)
        with tempfile.TemporaryDirectory() as folder:
            before, after, runs = Path(folder) / "before", Path(folder) / "after", Path(folder) / "runs"
            runs.mkdir()
            rows = SortedRuns(self.kind, runs)
            tag = self.lake.fetch(key, before)
            if tag is not None:
                for part in merged_rows(self.kind, before):
                    rows.add(part)
            taken = self._read(sources, rows, merged)
            if taken:
                merged.records = write_merged(after, self.kind.stored, rows.merged())
                self.lake.replace(key, after, tag)
        self.lake.delete(taken)
        merged.files += len(taken)

    def _read(self, sources: Sequence[str], rows: SortedRuns, merged: Merged) -> list[str]:
        taken = []
        for key, body in self._bodies(sources):
            try:
                rows.add(landed_rows(self.kind, key, body))
                taken.append(key)
            except ContractError as error:  # it stays where it is, for a person to look at
                merged.unreadable[key] = str(error)
        return taken

    def _bodies(self, sources: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        with ThreadPoolExecutor(PARALLEL_READS) as pool:
            for start in range(0, len(sources), READ_AT_ONCE):
                keys = sources[start : start + READ_AT_ONCE]
                yield from zip(keys, pool.map(self.lake.get, keys), strict=True)
