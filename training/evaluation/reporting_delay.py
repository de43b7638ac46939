"""How soon frauds are reported, and how many of a young week's are still to come.

Only frauds that were reported are seen, and the younger a payment is the fewer of its kind: delays are right-truncated. The
estimator is that of reverse hazards (S. W. Lagakos, L. M. Barraj and V. De Gruttola, Nonparametric analysis of truncated survival
data, 1988), which actuaries know as the chain ladder: of the frauds seen by day u that day u could show, how many it did.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from greenfraud.instants import DAY_US
from training.features.known_labels import TOLD, known_until

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Days = NDArray[np.int64]

MINIMUM_FRAUDS = 30  # below, chance makes a share
SEEN = ("occurred_us", "is_fraud", TOLD)


@dataclass(frozen=True)
class Delays:
    """Whole days from each reported fraud to its report, and how many whole days it could have taken to be seen."""

    days: Days
    seen_days: Days

    @classmethod
    def of(cls, chunks: Iterable[pa.Table]) -> Delays:
        """Return those of chunks' tables; what a fraud's last day brought only in part is left out."""
        days, seen = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for table in chunks:
            known_us = known_until(table.schema, 0)
            if TOLD not in table.column_names or not known_us:
                continue
            frauds = table.filter(table["is_fraud"])
            occurred = frauds["occurred_us"].to_numpy()
            days.append((frauds[TOLD].to_numpy() - occurred) // DAY_US)
            seen.append((known_us - occurred) // DAY_US - 1)
        took, could = np.concatenate(days), np.concatenate(seen)
        return cls(took[took <= could], could[took <= could])

    def reported(self) -> Floats:
        """Return the share reported by the end of day 0, 1, ... of those that will have been by the longest time that was seen.

        >>> Delays(np.array([0, 0, 1, 3]), np.array([3, 1, 3, 3])).reported().round(3).tolist()
        [0.444, 0.667, 0.667, 1.0]
        """
        horizon = int(self.seen_days.max(initial=-1))
        share = np.ones(horizon + 1)
        for day in range(horizon, 0, -1):
            could = (self.seen_days >= day) & (self.days <= day)
            seen, on_day = int(could.sum()), int((could & (self.days == day)).sum())
            share[day - 1] = share[day] * (1.0 - on_day / seen) if seen else share[day]
        return share


def read_seen(body: bytes) -> pa.Table:
    """Return what a chunk's file tells of delays."""
    file = pq.ParquetFile(io.BytesIO(body))
    return file.read(columns=[name for name in SEEN if name in file.schema_arrow.names])


def labels_of(holdout: pa.Table, chunks: Iterable[pa.Table], maturity_days: int) -> dict[str, Any]:
    """Return what evaluation.json says of the holdout's labels: how many came late, and which share is still to come."""
    known_us, occurred = known_until(holdout.schema, 0), holdout["occurred_us"].to_numpy()
    is_fraud = holdout["is_fraud"].to_numpy()
    told = holdout[TOLD].fill_null(0).to_numpy() if TOLD in holdout.column_names else np.zeros(len(occurred), np.int64)
    late = int((is_fraud & (told - occurred > maturity_days * DAY_US)).sum())
    return {"late_frauds": late, **to_come(Delays.of(chunks), (known_us - occurred) // DAY_US)}


def to_come(delays: Delays, age_days: Days) -> dict[str, Any]:
    """Return the share of a week's frauds that are not reported yet, from how old its payments are; null with a reason.

    It is of those that come within `reports_seen_for_days`: what takes longer, nobody has seen.
    """
    if len(delays.days) < MINIMUM_FRAUDS or not len(age_days):
        reason = f"fewer than {MINIMUM_FRAUDS} reports to estimate from"
        return {"frauds_to_come_share": None, "reports_seen_for_days": None, "to_come_reason": reason}
    reported = delays.reported()
    share = reported[np.clip(age_days - 1, 0, len(reported) - 1)]
    return {"frauds_to_come_share": float(1.0 - share.mean()), "reports_seen_for_days": len(reported)}
