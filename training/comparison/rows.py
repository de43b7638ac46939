"""The judged weeks with everybody's scores: the same rows for all, and those apart for which the incumbent has no score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.comparison.alerts import Rows
from training.comparison.figures import Judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from greenfraud.chunks import Chunk
    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class ScoredWeek:
    """One judged week: its rows, what the incumbent says of each (NaN: nothing), and each family's probabilities."""

    chunk: Chunk
    holdout: Holdout
    incumbent: Floats
    ours: Mapping[str, Floats]
    censored: int  # rows of which nobody knows what they were: refused or held and never told of, or never investigated

    @property
    def is_told(self) -> NDArray[np.bool_]:
        """Which rows the incumbent says something of."""
        return ~np.isnan(self.incumbent)

    def counts(self) -> dict[str, Any]:
        """Return what the week has, and what of it is left out of every figure."""
        frauds, is_told = self.holdout.is_fraud, self.is_told
        return {
            "chunk": self.chunk.id,
            "rows": int(is_told.sum()),
            "frauds": int(frauds[is_told].sum()),
            "unscored_rows": int((~is_told).sum()),
            "unscored_frauds": int(frauds[~is_told].sum()),
            "unscored_fraud_minor": int(self.holdout.amount_minor[frauds & ~is_told].sum()),
            "known_compromised_rows": self.holdout.removed,
            "censored_rows": self.censored,
        }


def incumbent_of(table: pa.Table, told: pa.Table) -> Floats:
    """Return the incumbent's score of each row of a week, NaN where it has none; `told` has it by `transaction_id`."""
    place = pc.index_in(table["transaction_id"].combine_chunks(), told["transaction_id"].combine_chunks())
    return np.asarray(told["score"].combine_chunks().take(place).to_numpy(zero_copy_only=False), float)


@dataclass(frozen=True)
class Contest:
    """All judged weeks together, rows of which everybody says something."""

    judged: Judged
    incumbent: Floats
    ours: Mapping[str, Floats]
    customers: int
    defrauded: int


def joined(weeks: Sequence[ScoredWeek]) -> Contest:
    """Return the rows of all weeks; a customer of several weeks is one, so that resamples draw customers whole."""
    told = [week.is_told for week in weeks]
    tables = [week.holdout.table.filter(pa.array(of)) for week, of in zip(weeks, told, strict=True)]
    ids = np.concatenate([table["customer_id"].to_numpy(zero_copy_only=False) for table in tables])
    names, customer = np.unique(ids.astype(str), return_inverse=True)
    is_fraud, amount, day = (
        np.concatenate([getattr(week.holdout, name)[of] for week, of in zip(weeks, told, strict=True)])
        for name in ("is_fraud", "amount_minor", "day")
    )
    number = np.repeat(np.arange(len(weeks)), [int(of.sum()) for of in told])
    days = np.unique(day, return_inverse=True)[1]
    return Contest(
        Judged(Rows(is_fraud, amount, customer, days), number),
        np.concatenate([week.incumbent[of] for week, of in zip(weeks, told, strict=True)]),
        {
            family: np.concatenate([week.ours[family][of] for week, of in zip(weeks, told, strict=True)]).astype(float)
            for family in weeks[0].ours
        },
        len(names),
        len(np.unique(customer[is_fraud])),
    )
