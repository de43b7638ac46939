"""The transactions and labels of the lake, de-duplicated, in time order, as columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.features.manifest import load_manifest
from greenfraud.outcomes import ALLOW, BLOCK, HELD
from training.features.day_files import DayFiles
from training.features.propensity import PROPENSITY
from training.features.row_codes import codes, rows_of_labels
from training.features.row_order import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from training.features.day_files import Lake

TRANSACTIONS = pa.schema(
    [
        ("transaction_id", pa.string()),
        ("occurred_us", pa.int64()),
        ("customer_id", pa.string()),
        ("terminal_id", pa.string()),
        ("amount_minor", pa.int64()),
    ]
)
LABELS = pa.schema(
    [("transaction_id", pa.string()), ("is_fraud", pa.bool_()), ("observed_us", pa.int64()), ("source", pa.string())]
)
# What became of a transaction: its outcome, and when it was accepted if at once; both unknown of imported history.
OUTCOME_COLUMNS = pa.schema([("decision", pa.string()), ("accepted_us", pa.int64())])
# False of imported payments that nobody ever investigated: they happened, and silence about them says nothing.
INVESTIGATED = "is_investigated"
# A payment that was held and then accepted; it repeats the payment, so that nobody has to look for it.
RELEASES = pa.schema([*TRANSACTIONS, ("accepted_us", pa.int64())])
EXTRA_COLUMNS = {"number": pa.float64(), "category": pa.string(), "entity": pa.string()}


def transactions_schema() -> pa.Schema:
    """Return the columns of the lake's transactions, the extra ones that the manifest declares among them."""
    extras = [pa.field(name, EXTRA_COLUMNS[kind]) for name, kind in load_manifest().extra_columns.items()]
    return pa.schema([*TRANSACTIONS, *OUTCOME_COLUMNS, (PROPENSITY, pa.float64()), (INVESTIGATED, pa.bool_()), *extras])


def releases_schema() -> pa.Schema:
    """Return the columns of the lake's releases: what names an entity in an extra column is repeated too."""
    return pa.schema([*RELEASES, *((column, pa.string()) for column in load_manifest().entity_columns)])


def join_keys() -> list[str]:
    """Return the columns of a payment that name its entities."""
    return [view.join_key for view in load_manifest().views.values()]


@dataclass(frozen=True)
class Releases:
    """Payments that were accepted some time after they were tried, ascending by `accepted_us`.

    `code` holds by join key the entity of each, -1 for none.
    """

    accepted_us: NDArray[np.int64]
    code: Mapping[str, NDArray[np.int64]]
    amount_minor: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> Releases:
        """Return some of them."""
        code = {join_key: codes[chosen] for join_key, codes in self.code.items()}
        return Releases(self.accepted_us[chosen], code, self.amount_minor[chosen])


@dataclass(frozen=True)
class History:
    """Transactions sorted by (occurred_us, transaction_id), with what was reported about them.

    By join key, `code` holds the entity of each row, -1 where absent, and `ids` the id of each code.
    """

    table: pa.Table
    occurred_us: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    code: Mapping[str, NDArray[np.int64]]
    ids: Mapping[str, pa.Array]
    label_row: NDArray[np.int64]  # row of the transaction each label is about
    label_is_fraud: NDArray[np.bool_]
    label_observed_us: NDArray[np.int64]  # ascending
    is_accepted: NDArray[np.bool_]  # at once
    is_investigated: NDArray[np.bool_]  # somebody would have reported a fraud
    is_held: NDArray[np.bool_]
    is_declined: NDArray[np.bool_]
    releases: Releases
    released_row: NDArray[np.int64]  # of the releases whose payments are rows, and when they were let go
    released_us: NDArray[np.int64]

    def rows_between(self, start_us: int, end_us: int) -> slice:
        """Return the rows of a half-open stretch of time."""
        first, last = np.searchsorted(self.occurred_us, [start_us, end_us])
        return slice(int(first), int(last))

    def is_fraud_as_known(self, at_us: int) -> NDArray[np.bool_]:
        """Return per row the newest label observed up to a moment; a transaction without any counts as legitimate."""
        known = int(np.searchsorted(self.label_observed_us, at_us, side="right"))
        is_fraud = np.zeros(len(self.occurred_us), bool)
        is_fraud[self.label_row[:known]] = self.label_is_fraud[:known]  # ascending: the newest assignment stays
        return is_fraud

    def is_judged(self, at_us: int) -> NDArray[np.bool_]:
        """Tell per row whether something was known of it by a moment: it was accepted by then, or somebody labelled it.

        Nobody reports a fraud that never went through: of a payment that was declined, or held and never let go, silence says
        nothing, nor of one that was never investigated. Such a row is neither learned from nor judged on.
        """
        is_judged = self.is_accepted & self.is_investigated
        is_judged[self._let_go(at_us)[0]] = True
        known = int(np.searchsorted(self.label_observed_us, at_us, side="right"))
        is_judged[self.label_row[:known]] = True
        return is_judged

    def told_us(self, at_us: int) -> NDArray[np.int64]:
        """Return per row when the newest of what was said of it by a moment was said, -1 where nobody had said anything."""
        told = np.full(len(self.occurred_us), -1, np.int64)
        np.maximum.at(told, *self._let_go(at_us))
        known = int(np.searchsorted(self.label_observed_us, at_us, side="right"))
        np.maximum.at(told, self.label_row[:known], self.label_observed_us[:known])
        return told

    def _let_go(self, at_us: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows of which silence tells since they were let go, up to a moment, and when each was."""
        row = self.released_row
        since = ~self.is_accepted[row] & self.is_investigated[row] & (self.released_us <= at_us)
        return row[since], self.released_us[since]

    def reports(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row and observation time of the first fraud report of every reported transaction."""
        rows, observed_us = self.label_row[self.label_is_fraud], self.label_observed_us[self.label_is_fraud]
        _, first = np.unique(rows, return_index=True)
        return rows[first], observed_us[first]


def read_history(lake: Lake, first_day: date | None = None, end_day: date | None = None) -> History:
    """Read the lake's transactions of [first_day, end_day) and every label about them, all of it into memory."""
    schema = transactions_schema()
    transactions = DayFiles(lake, "transactions", schema).read(first_day, end_day)
    labels = pa.concat_tables([LABELS.empty_table(), *DayFiles(lake, "labels", LABELS).read(first_day, None)])
    released = releases_schema()
    releases = pa.concat_tables([released.empty_table(), *DayFiles(lake, "releases", released).read(first_day, None)])
    return arrange(pa.concat_tables([schema.empty_table(), *transactions]), labels, releases)


def arrange(transactions: pa.Table, labels: pa.Table, releases: pa.Table | None = None) -> History:
    """Sort and de-duplicate raw records; labels about unknown transactions are left out."""
    return history_of(in_order(transactions), labels, releases)


def history_of(table: pa.Table, labels: pa.Table, releases: pa.Table | None = None) -> History:
    """Index transactions that are in order already; labels about unknown transactions are left out."""
    labels = labels.sort_by("observed_us")
    label_row = rows_of_labels(table, labels)
    is_known = label_row >= 0
    releases = releases_schema().empty_table() if releases is None else releases
    released_row = rows_of_labels(table, releases)
    is_here = released_row >= 0
    named = [join_key for join_key in join_keys() if join_key in table.column_names]
    with ThreadPoolExecutor() as pool:
        coded_ = dict(zip(named, pool.map(codes, [table[join_key] for join_key in named]), strict=True))
    ids = {join_key: of for join_key, (_, of) in coded_.items()}
    return History(
        table=table,
        occurred_us=table["occurred_us"].to_numpy(),
        amount_minor=table["amount_minor"].to_numpy(),
        code={join_key: code for join_key, (code, _) in coded_.items()},
        ids=ids,
        label_row=label_row[is_known],
        label_is_fraud=labels["is_fraud"].to_numpy()[is_known],
        label_observed_us=labels["observed_us"].to_numpy()[is_known],
        is_accepted=_is_accepted(table),
        is_investigated=_is_investigated(table),
        is_held=_has_outcome(table, *HELD),
        is_declined=_has_outcome(table, BLOCK),
        releases=_releases(releases, ids),
        released_row=released_row[is_here],
        released_us=releases["accepted_us"].to_numpy()[is_here],
    )


def _is_accepted(table: pa.Table) -> NDArray[np.bool_]:
    """Tell per row whether it was accepted at once, as all are of whose outcome nothing is told."""
    if "decision" not in table.column_names or table["decision"].null_count == table.num_rows:
        return np.ones(table.num_rows, bool)
    is_told: NDArray[np.bool_] = pc.is_valid(table["decision"]).to_numpy()
    return _has_outcome(table, ALLOW) | ~is_told


def _is_investigated(table: pa.Table) -> NDArray[np.bool_]:
    """Tell per row whether somebody would have looked, as of all of which nothing is told."""
    if INVESTIGATED not in table.column_names or table[INVESTIGATED].null_count == table.num_rows:
        return np.ones(table.num_rows, bool)
    is_investigated: NDArray[np.bool_] = pc.fill_null(table[INVESTIGATED], fill_value=True).to_numpy()
    return is_investigated


def _has_outcome(table: pa.Table, *outcomes: str) -> NDArray[np.bool_]:
    if "decision" not in table.column_names or table["decision"].null_count == table.num_rows:
        return np.zeros(table.num_rows, bool)
    has: NDArray[np.bool_] = pc.is_in(table["decision"], value_set=pa.array(outcomes)).to_numpy()
    return has


def _releases(releases: pa.Table, ids_of: Mapping[str, pa.Array]) -> Releases:
    """Return the first release of each transaction, by the codes of its entities."""
    releases = releases.sort_by("accepted_us")
    ids = releases["transaction_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    first = np.sort(np.unique(ids, return_index=True)[1])
    releases = releases.take(pa.array(first))
    code = {
        name: pc.index_in(releases[name], value_set=known, skip_nulls=True).fill_null(-1).to_numpy().astype(np.int64)
        if name in releases.column_names
        else np.full(releases.num_rows, -1, np.int64)
        for name, known in ids_of.items()
    }
    return Releases(releases["accepted_us"].to_numpy(), code, releases["amount_minor"].to_numpy())


def coded(table: pa.Table) -> pa.Table:
    """Return transactions whose entities are numbers into dictionaries, so that texts are looked at once."""
    for name in join_keys():
        table = table.set_column(table.column_names.index(name), name, table[name].combine_chunks().dictionary_encode())
    return table
