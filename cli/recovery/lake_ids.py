"""Which events the lake holds, looked up by day, each day read once: files as ingestion lands them, and compacted ones."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import pyarrow.parquet as pq

from greenfraud.instants import day_of
from greenfraud.items import decision, label, release
from greenfraud.items.attributes import Item
from greenfraud.naming import decisions_key, labels_prefix, releases_prefix, transactions_prefix

READS_AT_ONCE = 8
Identity = tuple[Any, ...]


class LakeIds:
    """The lake bucket; what it holds is remembered per kind and day."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket
        self._days: dict[str, set[Identity]] = {}

    def has(self, item: Item) -> bool:
        """Whether the event of an item of the decisions table is there; of kinds that do not land, always.

        A decision lands twice: as a transaction, and with its answer.
        """
        record, transaction_id = decision.record_of(item), item[decision.KEY]["S"]
        try:
            if record == decision.KIND:
                day = day_of(int(item["occurred_us"]["N"]))
                places = (transactions_prefix(day), decisions_prefix(day))
                return all((transaction_id,) in self._ids(place, ("transaction_id",)) for place in places)
            if record == release.KIND:
                return (transaction_id,) in self._ids(releases_prefix(day_of(int(item["accepted_us"]["N"]))), ("transaction_id",))
            if record.partition("#")[0] == label.FIRST:
                observed_us = int(item["observed_us"]["N"])
                return (transaction_id, observed_us) in self._ids(
                    labels_prefix(day_of(observed_us)), ("transaction_id", "observed_us")
                )
        except (KeyError, ValueError, TypeError, OverflowError):
            return False  # the ingest function names what is wrong with it
        return True

    def _ids(self, prefix: str, columns: tuple[str, ...]) -> set[Identity]:
        if prefix not in self._days:
            self._days[prefix] = set(self._read(prefix, columns))
        return self._days[prefix]

    def _read(self, prefix: str, columns: tuple[str, ...]) -> Iterator[Identity]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        with ThreadPoolExecutor(READS_AT_ONCE) as readers:
            for found in readers.map(partial(self._file, columns=columns), keys):
                yield from found

    def _file(self, key: str, columns: tuple[str, ...]) -> list[Identity]:
        read = READERS.get(key.rpartition(".")[2])
        if read is None:
            return []
        return read(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read(), columns)


def decisions_prefix(day: date) -> str:
    """Where the decisions of one day lie in the lake."""
    return decisions_key(day, "").removesuffix(".jsonl")


def of_lines(body: bytes, columns: tuple[str, ...]) -> list[Identity]:
    """The values of some columns, row by row, of a file of JSON lines."""
    rows: list[Mapping[str, Any]] = [json.loads(line) for line in body.splitlines()]
    return [tuple(row[column] for column in columns) for row in rows]


def of_table(body: bytes, columns: tuple[str, ...]) -> list[Identity]:
    """The same of a Parquet file."""
    table = pq.read_table(io.BytesIO(body), columns=list(columns))
    return list(zip(*(table[column].to_pylist() for column in columns), strict=True))


READERS: dict[str, Callable[[bytes, tuple[str, ...]], list[Identity]]] = {"jsonl": of_lines, "parquet": of_table}
