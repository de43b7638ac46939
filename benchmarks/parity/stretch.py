"""The stretch of history that is replayed: its transactions, the reports that arrive meanwhile, and what was before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.parity.columns import with_columns
from benchmarks.parity.outcomes import Told
from cli.data.dataset import Dataset
from cli.data.importing import ImportOptions, load_file
from cli.data.world import WorldSpecification, make_world
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US
from greenfraud.records import Label, Transaction

ROWS_PER_CUSTOMER = 20  # of a stretch of ten days, as in the handbook's data
SMALLEST_WORLD = 60


@dataclass(frozen=True)
class Stretch:
    """The last transactions of a data set, in order, and every report observed after the history before and up to their end.

    `before` is the data set as it was known when the stretch began, but for the `pending` transactions, which are reported only
    during the stretch: a report needs a decision, so these were not imported but decided live.
    """

    transactions: list[Transaction]
    reports: list[Told]
    before: Dataset
    pending: list[Transaction]

    @property
    def start_us(self) -> int:
        """The moment of the first transaction."""
        return self.transactions[0].occurred_us


def load(data: Path | None, rows: int) -> Dataset:
    """The file's data set, read as an import reads it, or a generated world of a fitting size; with every declared column."""
    if data is not None:
        dataset = load_file(data, ImportOptions())
    else:
        dataset = make_world(WorldSpecification(customers=max(SMALLEST_WORLD, rows // ROWS_PER_CUSTOMER)))
    return with_columns(dataset, load_manifest())


def cut(dataset: Dataset, rows: int) -> Stretch:
    """The last `rows` transactions (fewer where moments would be torn); everything before them is history.

    Raises ValueError when there is nothing before.
    """
    table = dataset.table
    occurred = table["occurred_us"].to_numpy()
    first = max(0, len(occurred) - rows)
    while 0 < first < len(occurred) - 1 and occurred[first - 1] == occurred[first]:
        first += 1
    if not first:
        raise ValueError(f"{len(occurred)} transactions are not more than the {rows} to replay")
    known_us, end_us = int(occurred[first - 1]), int(occurred[-1])  # states are materialised as of the newest transaction
    observed = table["observed_us"]
    meanwhile = table.filter(pc.and_(pc.greater(observed, known_us), pc.less_equal(observed, end_us)))
    known = pc.fill_null(pc.less_equal(observed, known_us), fill_value=False)
    before = _as_known(table, known).slice(0, first)
    is_pending = pc.is_in(before["transaction_id"], meanwhile["transaction_id"].combine_chunks())
    return Stretch(
        transactions=_transactions(table.slice(first)),
        reports=_reports(meanwhile),
        before=replace(dataset, table=before.filter(pc.invert(is_pending))),
        pending=_transactions(table.slice(0, first).filter(is_pending)),
    )


def days_of_history(stretch: Stretch) -> float:
    """How long the history before the stretch is."""
    return float(stretch.start_us - stretch.before.table["occurred_us"][0].as_py()) / DAY_US


def _as_known(table: pa.Table, known: pa.ChunkedArray) -> pa.Table:
    observed = pc.if_else(known, table["observed_us"], pa.scalar(None, pa.int64()))
    return table.set_column(table.column_names.index("is_fraud"), "is_fraud", known).set_column(
        table.column_names.index("observed_us"), "observed_us", observed
    )


def _transactions(table: pa.Table) -> list[Transaction]:
    names, columns = ("transaction_id", "occurred_us", "customer_id", "terminal_id", "amount_minor"), load_manifest().extra_columns
    return [
        Transaction(
            **{name: row[name] for name in names},
            extras={column: row[column] for column in columns if row[column] is not None},
        )
        for row in table.select([*names, *columns]).to_pylist()
    ]


def _reports(table: pa.Table) -> list[Told]:
    table = table.sort_by([("observed_us", "ascending"), ("transaction_id", "ascending")])
    observed = zip(_transactions(table), table["observed_us"].to_pylist(), strict=True)
    return [Told(at_us, one, Label(one.transaction_id, is_fraud=True, observed_us=at_us)) for one, at_us in observed]
