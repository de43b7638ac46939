"""Which transactions older than every window must be kept, because features of later ones still depend on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from training.features.history import join_keys
from training.features.row_codes import codes, rows_of_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NEVER_US = np.iinfo(np.int64).min


def expired_rows_to_keep(rows: pa.Table, labels: pa.Table, horizon_us: int, kept_since_us: int) -> pa.Table:
    """Return those of the rows before a horizon that features of rows after it can still depend on.

    They are the newest transaction of every entity, the transaction of the newest report observed before the horizon, and
    those whose report is observed after it. Entities without any event since `kept_since_us` are left out.
    """
    occurred_us = rows["occurred_us"].to_numpy()
    reported_us = _first_reports(rows, labels)
    is_kept = reported_us >= horizon_us
    seen_us = np.where(is_kept, NEVER_US, reported_us)  # a later report does not hide this one from the rows between
    for column in join_keys():
        entity, ids = codes(rows[column])
        is_kept[_newest(entity, occurred_us, len(ids), kept_since_us)] = True
        is_kept[_newest(entity, seen_us, len(ids), kept_since_us)] = True
    return rows.filter(pa.array(is_kept))


def _first_reports(rows: pa.Table, labels: pa.Table) -> Ints:
    """Return per row when its first fraud report was observed, NEVER_US without one."""
    reports = labels.filter(labels["is_fraud"]).sort_by([("observed_us", "descending")])
    row = rows_of_labels(rows, reports)
    is_known = row >= 0
    reported_us = np.full(rows.num_rows, NEVER_US)
    reported_us[row[is_known]] = reports["observed_us"].to_numpy()[is_known]  # descending: the first report stays
    return reported_us


def _newest(entity: Ints, at_us: Ints, entities: int, kept_since_us: int) -> Ints:
    """Return per entity its row with the newest moment, for entities that have one."""
    rows = np.flatnonzero((entity >= 0) & (at_us >= kept_since_us))
    rows = rows[np.argsort(at_us[rows], kind="stable")]
    newest = np.full(entities, -1, np.int64)
    newest[entity[rows]] = rows  # ascending: the newest stays
    return newest[newest >= 0]
