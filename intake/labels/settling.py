"""One file of labels, from its rows to its receipt, a part of it at a time."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.items import decision, label
from intake.labels.lake import find_payments
from intake.labels.payments import payments_of
from intake.labels.places import Places, Show
from intake.labels.reading import LabelFile
from intake.labels.receipt import Receipt
from intake.labels.records import read_records, undecided
from intake.labels.telling import tell

ROWS_AT_ONCE = 5_000


def settle(places: Places, file: LabelFile, receipt: Path, show: Show, drop: str | None = None) -> dict[str, int]:
    """Return how many rows came to what, after the receipt is written; `drop` names the dropped file that is told."""
    elsewhere = undecided(places, pc.unique(file.table["transaction_id"].combine_chunks()))
    found = find_payments(places, elsewhere, lambda done, of: show(f"looking in the lake: file {done:,} of {of:,}"))
    kept, done = Receipt(file), 0
    for rows in file.parts(ROWS_AT_ONCE):
        ids = list(dict.fromkeys(row.label.transaction_id for row in rows))
        records = read_records(places, [(one, record) for one in ids for record in (decision.KIND, label.FIRST)])
        tell(places, rows, payments_of(ids, records, found.of(pa.array(ids, pa.string()))), kept, drop)
        done += len(rows)
        show(f"telling: {done:,} of {len(file):,}")
    kept.write(receipt)
    return kept.counts
