"""A lake in a dictionary."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from greenfraud.instants import DAY_US, day_of
from greenfraud.naming import DATASET_KEY


class MemoryLake:
    """Objects by key; remembers what was read."""

    def __init__(
        self, transactions: pa.Table, labels: pa.Table, releases: pa.Table | None = None, *, maturity_days: int = 7
    ) -> None:
        self.objects: dict[str, bytes] = {DATASET_KEY: json.dumps({"maturity_days": maturity_days}).encode()}
        self.read: list[str] = []
        self.puts_left: int | None = None
        self._write_days("transactions", transactions, "occurred_us")
        self._write_days("labels", labels, "observed_us")
        if releases is not None:
            self._write_days("releases", releases, "accepted_us")

    def folders(self, prefix: str) -> list[str]:
        return sorted({key.removeprefix(prefix).partition("/")[0] for key in self.keys(prefix)})

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def get(self, key: str) -> bytes:
        self.read.append(key)
        return self.objects[key]

    def get_json(self, key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.get(key))
        return document

    def put(self, key: str, body: bytes) -> None:
        if self.puts_left is not None:
            self.puts_left -= 1
            if self.puts_left < 0:
                raise InterruptedError(key)
        self.objects[key] = body

    def days_read(self, kind: str) -> list[date]:
        """The days of which a file was read, in order, repetitions included."""
        return [date.fromisoformat(key.split("dt=")[1][:10]) for key in self.read if key.startswith(kind)]

    def chunks(self) -> dict[str, pa.Table]:
        """The feature chunks by key."""
        return {key: pq.read_table(io.BytesIO(self.objects[key])) for key in self.keys("features/")}

    def _write_days(self, kind: str, table: pa.Table, column: str) -> None:
        number = pc.divide(table[column], DAY_US)
        for day in pc.unique(number).to_pylist():
            sink = io.BytesIO()
            pq.write_table(table.filter(pc.equal(number, day)), sink)
            self.objects[f"{kind}/dt={day_of(day * DAY_US)}/part-0.parquet"] = sink.getvalue()
