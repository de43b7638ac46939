"""What lies in the lake in small files, and how records of each kind are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pyarrow as pa

from greenfraud.whole_days import MORE, SMALL_FILES
from training.features.history import LABELS, RELEASES, transactions_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RECORD = "record"  # of a kind whose files are a record each: the file's name, which readers know it by


@dataclass(frozen=True)
class Kind:
    """Records of one kind: their typed columns, and their order.

    What else a record says is kept as a text of JSON, exactly. Rows that agree in `identity` are one record; without an
    identity, rows that agree in everything.
    """

    name: str
    schema: pa.Schema
    order: tuple[str, ...]  # columns that every record has; the others break ties
    identity: tuple[str, ...] = ()

    @property
    def begins(self) -> str:
        """How the names of small files begin."""
        return SMALL_FILES[self.name].partition("*")[0]

    @property
    def stored(self) -> pa.Schema:
        """The columns of the merged file."""
        return self.schema.append(pa.field(MORE, pa.string()))

    @property
    def sorting(self) -> list[str]:
        """Every column, those of the order first."""
        return [*self.order, *(name for name in self.stored.names if name not in self.order)]

    @property
    def unique(self) -> list[str]:
        """The columns that tell records apart."""
        return list(self.identity) or self.stored.names

    def takes(self, key: str) -> bool:
        """Tell whether an object is a small file of this kind."""
        return fnmatchcase(key.rpartition("/")[2], SMALL_FILES[self.name])

    @property
    def is_a_record_per_file(self) -> bool:
        """Tell whether a file's name is its record's."""
        return RECORD in self.schema.names


def kinds() -> Mapping[str, Kind]:
    """Return every kind that compaction merges, by the name of its folder."""
    return {kind.name: kind for kind in _kinds()}


def _kinds() -> Iterator[Kind]:
    transactions, by_time = transactions_schema(), ("occurred_us", "transaction_id")
    yield Kind("transactions", transactions, by_time, by_time)
    yield Kind("labels", LABELS, ("observed_us", "transaction_id"))
    yield Kind("releases", RELEASES, ("accepted_us", "transaction_id"))
    yield Kind("decisions", transactions, by_time, by_time)
    yield Kind("emissions", pa.schema([(RECORD, pa.string())]), (RECORD,), (RECORD,))
