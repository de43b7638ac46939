"""One platform in the loop: it scores a day, its decisions make and take away what is told, and the lake keeps both."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cli.data.dataset import MATURITY_DAYS
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, day_of
from greenfraud.naming import DATASET_KEY, day_prefix
from training.features.feature_matrix import FeatureMatrix
from training.features.history import LABELS, RELEASES, TRANSACTIONS, arrange, transactions_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.features.lake_folder import LakeFolder
    from greenfraud.chunks import Chunk

    Floats = NDArray[np.float64]

ALLOWED, REVIEWED, BLOCKED = 0, 1, 2
OUTCOMES = np.array(["allow", "review", "block"])
REVIEW_US = DAY_US // 2  # until an analyst has looked
REPORT_US = MATURITY_DAYS * DAY_US  # until a defrauded customer has reported


class Decider(Protocol):
    """A deployed model with its thresholds: one of ALLOWED, REVIEWED, BLOCKED per row of feature columns."""

    def __call__(self, columns: dict[str, Floats]) -> NDArray[np.int64]:
        """Decide."""
        ...


@dataclass
class LoopWorld:
    """All payments with the truth, in order; what was decided of those so far, and what somebody told about them.

    With `tells_all` somebody tells the truth of what was blocked too: the control that no deployment can have. With a
    `propensity`, chance lets a blocked payment through.
    """

    lake: LakeFolder
    payments: pa.Table  # `cli.data.dataset.SCHEMA`, sorted
    tells_all: bool = False
    propensity: float = 0.0
    outcome: NDArray[np.int64] = field(init=False)
    explored: NDArray[np.bool_] = field(init=False)
    labels: pa.Table = field(init=False)
    releases: pa.Table = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing decided."""
        rows = self.payments.num_rows
        self.outcome, self.explored = np.zeros(rows, np.int64), np.zeros(rows, bool)
        self.labels, self.releases = LABELS.empty_table(), RELEASES.empty_table()
        self.chance = np.random.default_rng(rows)
        self.occurred_us = self.payments["occurred_us"].to_numpy()
        self.is_fraud = self.payments["is_fraud"].to_numpy()
        self.lake.put(DATASET_KEY, json.dumps({"maturity_days": MATURITY_DAYS}).encode())

    def branch(self, lake: LakeFolder, *, tells_all: bool, propensity: float) -> LoopWorld:
        """Return the same world so far, over a copy of its lake; from here on the two go their own ways."""
        other = replace(self, lake=lake, tells_all=tells_all, propensity=propensity)
        other.outcome, other.explored = self.outcome.copy(), self.explored.copy()
        other.labels, other.releases = self.labels, self.releases
        return other

    def rows_of(self, chunk: Chunk) -> slice:
        """Return the rows of some days."""
        return slice(*np.searchsorted(self.occurred_us, [chunk.start_us, chunk.end_us]).tolist())

    def live(self, chunk: Chunk, decide: Decider | None) -> None:
        """Let some days pass; without a model everything is allowed. Each day is decided on what the days before left."""
        for day in range(chunk.start_us, chunk.end_us, DAY_US):
            rows = slice(*np.searchsorted(self.occurred_us, [day, day + DAY_US]).tolist())
            if decide is not None:
                self.outcome[rows] = decide(self._features(rows))
                self._explore(rows)
            self._hear(rows)
        self._land(chunk)

    def _features(self, rows: slice) -> dict[str, Floats]:
        table = self._transactions(slice(0, rows.stop))
        return FeatureMatrix(load_manifest(), arrange(table, self.labels, self.releases)).columns(rows)

    def _explore(self, rows: slice) -> None:
        blocked = self.outcome[rows] == BLOCKED
        passed = blocked & (self.chance.random(len(blocked)) < self.propensity)
        self.explored[rows] = passed
        self.outcome[rows] = np.where(passed, ALLOWED, self.outcome[rows])

    def _hear(self, rows: slice) -> None:
        """Add what will be told of a day's payments: reports of what went through, what analysts found, releases."""
        places = np.arange(rows.start, rows.stop)
        outcome, is_fraud = self.outcome[rows], self.is_fraud[rows]
        told = [(places[(outcome == ALLOWED) & is_fraud], REPORT_US), (places[(outcome == REVIEWED) & is_fraud], REVIEW_US)]
        if self.tells_all:
            told.append((places[outcome == BLOCKED], REPORT_US))
        self.labels = pa.concat_tables([self.labels, *(self._told(*some) for some in told)])
        released = self.payments.take(places[(outcome == REVIEWED) & ~is_fraud]).select(TRANSACTIONS.names)
        accepted_us = pc.add(released["occurred_us"], REVIEW_US)
        self.releases = pa.concat_tables([self.releases, released.append_column("accepted_us", accepted_us).cast(RELEASES)])

    def _told(self, rows: NDArray[np.int64], after_us: int) -> pa.Table:
        columns = {
            "transaction_id": self.payments["transaction_id"].take(rows),
            "is_fraud": pa.array(self.is_fraud[rows]),
            "observed_us": pa.array(self.occurred_us[rows] + after_us),
            "source": pa.array(["loop"] * len(rows), pa.string()),
        }
        return pa.table(columns, schema=LABELS)

    def _transactions(self, rows: slice) -> pa.Table:
        outcome, occurred = self.outcome[rows], self.occurred_us[rows]
        columns = self.payments.slice(rows.start, rows.stop - rows.start).select(TRANSACTIONS.names)
        told = {
            "decision": pa.array(OUTCOMES[outcome], pa.string()),
            "accepted_us": pa.array(occurred, mask=outcome != ALLOWED),
            "propensity": pa.array(np.full(len(outcome), self.propensity), mask=~self.explored[rows]),
            "is_investigated": pa.nulls(len(outcome), pa.bool_()),
        }
        for name, column in told.items():
            columns = columns.append_column(name, column)
        return columns.select(transactions_schema().names).cast(transactions_schema())

    def _land(self, chunk: Chunk) -> None:
        """Write the days' files: payments of the chunk, and everything told so far, by the day it was observed."""
        self._write("transactions", self._transactions(self.rows_of(chunk)), "occurred_us")
        self._write("labels", self.labels, "observed_us")
        self._write("releases", self.releases, "accepted_us")

    def _write(self, kind: str, table: pa.Table, column: str) -> None:
        number = pc.divide(table[column], DAY_US)
        for day in pc.unique(number).to_pylist():
            sink = io.BytesIO()
            pq.write_table(table.filter(pc.equal(number, day)), sink)
            self.lake.put(f"{day_prefix(kind, day_of(day * DAY_US))}part-0.parquet", sink.getvalue())
