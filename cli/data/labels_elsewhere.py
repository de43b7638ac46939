"""Labels that stand in a file of their own, such as a bank's chargebacks, joined to the payments they are about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cli.errors import InputError
from intake.description import Labels
from intake.labels.reading import FIELDS, Asked, read_labels
from intake.reading import RowNumbers

UNTOLD_US = -1  # a label of a file that does not say when it was reported


@dataclass(frozen=True)
class Told:
    """Per payment: whether it is a fraud, and when that was reported; null where the file does not say."""

    is_fraud: pa.Array
    reported_us: pa.Array


def labels_of(ids: pa.Array, path: Path, labels: Labels, *, timezone: str | None, note: Callable[[str], None]) -> Told:
    """What the file says of payments; of one that it does not name, nobody reported a fraud.

    The newest verdict of a payment stands, and its first report counts. InputError when the file cannot be used, or knows none.
    """
    if unknown_fields := sorted(set(labels.columns) - set(FIELDS)):
        raise InputError(f"labels.columns: there is no field `{unknown_fields[0]}`. The fields are {', '.join(FIELDS)}")
    try:
        asked = Asked(labels.columns, timezone, all_fraud=True, may_say_otherwise=True, now_us=UNTOLD_US, time_format=labels.format)
        table = read_labels(path, asked).table
    except InputError as error:
        raise InputError(f"--labels {path}: {_in_our_options(str(error))}") from None
    row = pc.index_in(table["transaction_id"], value_set=ids)
    is_here = row.is_valid()
    unknown = len(row) - int(pc.sum(is_here).as_py() or 0)
    if unknown == len(row):
        raise InputError(
            f"--labels {path}: not one of its {len(row):,} labels is about a payment of the file. "
            "Name the columns of the payments' ids: --labels-map transaction_id=<column> there, --map transaction_id=<column> here"
        )
    if unknown:
        note(
            f"labels of payments that the file does not have: {unknown:,} of {len(row):,}. Those of payments that were imported "
            "before are told with `greenfraud label`"
        )
    return _newest(table.filter(is_here), row.filter(is_here).to_numpy(), len(ids))


def _in_our_options(text: str) -> str:
    """What was said of the file, by the options of an import, where others are of the payments' file."""
    text = re.sub(r" \(with make: MAP=[^)]*\)", "", text)
    return text.replace("--map", "--labels-map").replace("--time-format", "--reported-format")


def _newest(table: pa.Table, row: RowNumbers, payments: int) -> Told:
    """`table` has the labels of each payment in the order in which they were reported."""
    is_fraud = np.zeros(payments, bool)
    verdict, reported = table["is_fraud"].to_numpy(), table["observed_us"].to_numpy()
    is_fraud[row] = verdict  # the last assignment stays
    first = np.full(payments, UNTOLD_US, np.int64)
    backwards = np.flatnonzero(verdict)[::-1]
    first[row[backwards]] = reported[backwards]
    return Told(pa.array(is_fraud), pa.array(first, mask=first == UNTOLD_US))
