"""What the lake has already of a file that is added to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from cli.data.dataset import INVESTIGATED
from cli.errors import InputError

KNOWN_LATER = {"is_fraud", "observed_us", "released_us", INVESTIGATED}  # of a payment: not what it is
ORIGINAL = "original_amount_minor"  # of a converted payment, which another table of rates converts otherwise
CONVERTED = {"original_rate", "original_rate_date", "original_rates_version"}


@dataclass(frozen=True)
class Overlap:
    """`known` tells of each row of the file whether the lake has it; the counts are of lake and file together.

    `looked_at` known payments were not investigated by what the lake says, and are by the file.
    """

    known: pa.Array
    rows: int
    customers: int
    terminals: int
    looked_at: int


def overlap_of(file: pa.Table, days: Iterable[pa.Table]) -> Overlap:
    """Compare a file with every day of a lake. InputError where one id stands for two different payments."""
    rows, customers, terminals = 0, _distinct(file, "customer_id"), _distinct(file, "terminal_id")
    ids = file["transaction_id"].combine_chunks()
    known: set[int] = set()
    looked_at = 0
    for day in days:
        rows += day.num_rows
        customers |= _distinct(day, "customer_id")
        terminals |= _distinct(day, "terminal_id")
        place = pc.index_in(day["transaction_id"], value_set=ids).combine_chunks()
        met = place.drop_null()
        there, here = day.filter(place.is_valid()), file.take(met)
        _refuse_different(there, here)
        looked_at += _looked_at(there, here)
        known.update(met.to_pylist())
    mask = pa.array([row in known for row in range(file.num_rows)], pa.bool_())
    together = rows + file.num_rows - len(known)
    return Overlap(mask, together, len(customers - {None}), len(terminals - {None}), looked_at)


def _distinct(table: pa.Table, column: str) -> set[str | None]:
    return set(pc.unique(table[column]).to_pylist())


def _looked_at(there: pa.Table, here: pa.Table) -> int:
    if INVESTIGATED not in there.column_names:
        return 0
    is_now = here[INVESTIGATED] if INVESTIGATED in here.column_names else pa.chunked_array([pa.array([True] * len(here))])
    return int(pc.sum(pc.and_(pc.invert(there[INVESTIGATED]), is_now)).as_py() or 0)


def _refuse_different(there: pa.Table, here: pa.Table) -> None:
    for column in there.column_names:
        if column in KNOWN_LATER | CONVERTED or column not in here.column_names:
            continue
        differs = pc.fill_null(pc.not_equal(there[column], here[column]), fill_value=False)
        one_is_missing = pc.xor(there[column].is_null(), here[column].is_null())
        is_other = pc.or_(differs, one_is_missing)
        if column == "amount_minor" and ORIGINAL in there.column_names:
            is_other = pc.and_(is_other, there[ORIGINAL].is_null())
        if (row := pc.index(is_other, value=True).as_py()) >= 0:
            raise InputError(
                f"transaction `{here['transaction_id'][row].as_py()}` is in the lake with another `{column}`: one id stands for "
                "two payments. Where ids begin anew in every file, make them differ, for example with the month in front"
            )
