"""What a challenger would change against what answers now, on the same payments: scores, decisions, and what they rest on.

Told to people, deciding nothing. No payment is named: examples tell an amount's order, the label and what both say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from training.evaluation.group_weights import log_odds, told_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from training.evaluation.candidates import EvaluatedCandidate
    from training.evaluation.group_weights import GroupWeights
    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Weigh = Callable[[EvaluatedCandidate], GroupWeights]

EDGES = np.arange(-6.0, 6.5, 0.5)  # of differences of log-odds; what lies outside counts in the last bins
QUANTILES = (1, 5, 25, 50, 75, 95, 99)
MOVED = 1.0  # log-odds: nearly three times the odds
EXAMPLES = 3  # of each direction
NO_MODEL = "no model answered until then"


class Pair(NamedTuple):
    """A challenger and whom it would follow, both scored on the same payments."""

    ours: EvaluatedCandidate
    theirs: EvaluatedCandidate
    holdout: Holdout

    @property
    def moved(self) -> Floats:
        """By how much the log-odds of each payment rise."""
        assert self.ours.scores is not None
        assert self.theirs.scores is not None
        return log_odds(self.ours.scores) - log_odds(self.theirs.scores)

    @property
    def flipped(self) -> dict[str, Flags]:
        """Whose alert is raised only by the challenger, and whose it drops."""
        assert self.ours.is_alert is not None
        assert self.theirs.is_alert is not None
        return {"raised": self.ours.is_alert & ~self.theirs.is_alert, "dropped": ~self.ours.is_alert & self.theirs.is_alert}


def changes_of(candidates: Sequence[EvaluatedCandidate], holdout: Holdout, weigh: Weigh) -> dict[str, Any]:
    """Return by challenger what it changes against production, the fallback or, without a model, the rules.

    `weigh` returns what groups of features weigh for a model.
    """
    rival = next((one for one in candidates if one.role in {"production", "fallback"}), candidates[0])
    challengers = [one for one in candidates if one.role == "challenger" and one.scores is not None]
    if rival.scores is None or not len(holdout):
        return {}
    pairs = [Pair(one, rival, holdout) for one in challengers]
    weights = weigh(rival) if rival.is_probability and pairs else None
    return {one.ours.name: _changes(one, None if weights is None else (weigh(one.ours), weights)) for one in pairs}


def _changes(pair: Pair, weights: tuple[GroupWeights, GroupWeights] | None) -> dict[str, Any]:
    told = {
        "against": pair.theirs.name,
        "sha256": pair.ours.sha256,  # of the bundle that this is told of, whose name another one might take
        "flipped": {name: _counts(rows, pair.holdout) for name, rows in pair.flipped.items()},
    }
    if weights is None:
        return {**told, "score_shift": {"reason": NO_MODEL}, "examples": [], "groups": []}
    return {**told, "score_shift": _shift(pair), "examples": _examples(pair, weights), "groups": told_weights(*weights)}


def _shift(pair: Pair) -> dict[str, Any]:
    moved, is_fraud = pair.moved, pair.holdout.is_fraud
    bins = np.clip(np.searchsorted(EDGES, moved, side="right") - 1, 0, len(EDGES) - 2)
    return {
        "quantiles": {str(at): float(value) for at, value in zip(QUANTILES, np.percentile(moved, QUANTILES), strict=True)},
        "moved_share": float((np.abs(moved) >= MOVED).mean()),
        "edges": EDGES.tolist(),
        "legitimate": np.bincount(bins[~is_fraud], minlength=len(EDGES) - 1).tolist(),
        "frauds": np.bincount(bins[is_fraud], minlength=len(EDGES) - 1).tolist(),
    }


def _counts(rows: Flags, holdout: Holdout) -> dict[str, int]:
    frauds = rows & holdout.is_fraud
    return {"rows": int(rows.sum()), "frauds": int(frauds.sum()), "fraud_amount_minor": int(holdout.amount_minor[frauds].sum())}


def _examples(pair: Pair, weights: Sequence[GroupWeights]) -> list[dict[str, Any]]:
    """Those of each direction of which the two think most differently; equal ones in the order of the holdout."""
    moved = np.abs(pair.moved)
    return [
        one
        for direction, rows in pair.flipped.items()
        for one in _told(pair, direction, sorted(np.flatnonzero(rows).tolist(), key=lambda row: -moved[row])[:EXAMPLES], weights)
    ]


def _told(pair: Pair, direction: str, rows: list[int], weights: Sequence[GroupWeights]) -> list[dict[str, Any]]:
    assert pair.ours.scores is not None
    assert pair.theirs.scores is not None
    heaviest = [one.heaviest(pair.holdout.table, np.array(rows, np.int64)) for one in weights]
    return [
        {
            "direction": direction,
            "amount_from_minor": power_of_ten(int(pair.holdout.amount_minor[row])),
            "is_fraud": bool(pair.holdout.is_fraud[row]),
            "probability": [float(pair.ours.scores[row]), float(pair.theirs.scores[row])],
            "because": [of_ours, of_theirs],
        }
        for row, of_ours, of_theirs in zip(rows, *heaviest, strict=True)
    ]


def power_of_ten(amount: int) -> int:
    """Return the power of ten that an amount reaches: all that an example tells of it.

    >>> power_of_ten(5240), power_of_ten(0)
    (1000, 1)
    """
    return int(10 ** (len(str(max(1, amount))) - 1))
