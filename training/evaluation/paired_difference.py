"""The difference of two candidates on the same rows, the interval in which it lies, and how easily equals would differ so much.

What both share cancels row by row. Customers and terminals are accounted for together (clusters.py), so that an equal challenger
looks certainly better as seldom as the level says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtr, stdtrit

from training.evaluation.influence import precision_influence
from training.evaluation.measurement import cost_minor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluation.candidates import EvaluatedCandidate
    from training.evaluation.clusters import Clusters
    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]

SIDE = 0.025  # beyond each end of an interval of 95 %
LEAST = 1e-7  # a probability of 0 or 1 is taken for this: its logarithm has no number
UNDEFINED = {"difference": None, "low": None, "high": None, "reason": "one of the two is undefined"}
UNVARIED = {"difference": None, "low": None, "high": None, "reason": "nothing tells how much it varies"}
ONE_CLUSTER = "the frauds are of one customer or terminal"


@dataclass(frozen=True)
class RowFigures:
    """What a candidate has per row: its pull on the average precision, cost in minor units, logarithmic loss of a probability."""

    precision: float
    influence: Floats
    cost: Floats
    loss: Floats | None

    @classmethod
    def of(cls, candidate: EvaluatedCandidate, holdout: Holdout) -> RowFigures | None:
        """Return a candidate's, None where it has no scores."""
        if candidate.scores is None or candidate.is_alert is None or not len(holdout):
            return None
        precision, influence = precision_influence(candidate.scores, holdout.is_fraud)
        loss = _loss(candidate.scores, holdout.is_fraud) if candidate.is_probability else None
        return cls(precision, influence, cost_minor(candidate.is_alert, holdout), loss)


def _loss(probability: Floats, is_fraud: Flags) -> Floats:
    kept = np.clip(probability, LEAST, 1.0 - LEAST)
    return np.asarray(-np.log(np.where(is_fraud, kept, 1.0 - kept)))


@dataclass(frozen=True)
class Pairing:
    """What holds of every pair on the same rows; `side` is the share of chance beyond each end of an interval."""

    clusters: Clusters
    degrees: float
    side: float = SIDE

    @classmethod
    def of(cls, clusters: Clusters, is_fraud: Flags, side: float = SIDE) -> Pairing:
        """Count the degrees of freedom once."""
        return cls(clusters, clusters.degrees(is_fraud), side)

    def compare(self, ours: RowFigures | None, theirs: RowFigures | None) -> dict[str, Any] | None:
        """Return the difference to another candidate, None without scores: precision, money, and for probabilities the loss.

        `log_loss_share` is the difference of the logarithmic losses as a share of the other's.
        """
        if ours is None or theirs is None:
            return None
        cost = ours.cost - theirs.cost
        compared = {
            "average_precision": self._difference(ours.precision - theirs.precision, ours.influence - theirs.influence),
            "expected_cost_minor": self._difference(cost.sum(), cost),
        }
        if ours.loss is not None and theirs.loss is not None:
            share = ours.loss.sum() / theirs.loss.sum() - 1.0
            compared["log_loss_share"] = self._difference(share, (ours.loss - (1.0 + share) * theirs.loss) / theirs.loss.sum())
        return compared

    def _difference(self, difference: float, rows: Floats) -> dict[str, Any]:
        """Return a difference and its interval; `p_value` is how often equals would look at least so much larger."""
        if np.isnan(difference):
            return dict(UNDEFINED)
        if not rows.any():
            return {"difference": float(difference), "low": float(difference), "high": float(difference), "p_value": 1.0}
        if self.degrees <= 0:
            return {"difference": float(difference), "low": None, "high": None, "reason": ONE_CLUSTER}
        error = float(np.sqrt(self.clusters.variance(rows)))
        if error == 0.0:  # what differs cancels within each customer and terminal
            return dict(UNVARIED) if difference else {"difference": 0.0, "low": 0.0, "high": 0.0, "p_value": 1.0}
        reach = float(stdtrit(self.degrees, 1.0 - self.side)) * error
        p_value = float(stdtr(self.degrees, -difference / error))
        return {
            "difference": float(difference),
            "low": float(difference - reach),
            "high": float(difference + reach),
            "p_value": p_value,
        }
