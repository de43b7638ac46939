"""What lies in the lake in small files, and how records of each kind are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from greenfraud.naming import MORE
from training.features.history import LABELS, transactions_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RECORD = "record"  # of a kind whose files are a record each: the file's name, which readers know it by


@dataclass(frozen=True)
class Kind:
    """Records of one kind: what their files begin with, their typed columns, and their order.

    What else a record says is kept as a text of JSON, exactly. Rows that agree in `identity` are one record; without an
    identity, rows that agree in everything.
    """

    name: str
    begins: str  # of the names of files that may be merged; no import's, no merged file's
    ends: str
    schema: pa.Schema
    order: tuple[str, ...]  # columns that every record has; the others break ties
    identity: tuple[str, ...] = ()

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
        name = key.rpartition("/")[2]
        return name.startswith(self.begins) and name.endswith(self.ends)

    @property
    def is_a_record_per_file(self) -> bool:
        """Tell whether a file's name is its record's."""
        return RECORD in self.schema.names


def kinds() -> Mapping[str, Kind]:
    """Return every kind that compaction merges, by the name of its folder."""
    return {kind.name: kind for kind in _kinds()}


def _kinds() -> Iterator[Kind]:
    transactions = transactions_schema()
    by_time, landing, lines = ("occurred_us", "transaction_id"), "landing-", ".jsonl"
    yield Kind("transactions", landing, lines, transactions, by_time, by_time)
    yield Kind("labels", landing, lines, LABELS, ("observed_us", "transaction_id"))
    yield Kind("decisions", "", lines, transactions, by_time, by_time)
    yield Kind("emissions", "serve-", ".json", pa.schema([(RECORD, pa.string())]), (RECORD,), (RECORD,))
