"""Who wants to be promoted on a generated week, and what is true of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.gate.weeks import BETTER, ERROR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from benchmarks.gate.weeks import Shared, Week

    Floats = NDArray[np.floating[Any]]

PRODUCTION = "production"
IDENTICAL, EQUALS = "identical", ("equal_1", "equal_2", "equal_3")
OVERFITTED_ERROR, SURE = 4.0, 2.0  # errors so much larger than a model's own, and log-odds so much steeper
FORGOTTEN_SIGNAL = 0.5  # what a model lacks that leaned on a column which knew the answer while it learned, and is silent now
THRICE = np.log(3.0)
OVERLOOKED, OVERLOOKED_SHIFT, COSTLY_GAIN = (0.76, 0.96), 8.0, 1.1  # quantiles of the amounts; rules see the largest themselves


class Challenger(NamedTuple):
    """How it was made, and whether it has learned the holdout, by what its bundle says."""

    made: str
    has_learned_the_holdout: bool = False


CHALLENGERS = {
    IDENTICAL: Challenger("production's own scores"),
    **{name: Challenger("production, learned again with another seed") for name in EQUALS},
    "better": Challenger("sees more of the signal: +0.03 of average precision at 100 frauds"),
    "leaking": Challenger("leaned on a column that knew the answer while it learned, and is silent on the holdout"),
    "learned_the_holdout": Challenger("knows the answers: the holdout is in its lineage", has_learned_the_holdout=True),
    "overfitted": Challenger("errs four times as much, and is twice as sure"),
    "miscalibrated": Challenger("ranks better by 0.03, is twice as sure as it may be, and announces three times the odds"),
    "costlier": Challenger("ranks better, and overlooks a fifth of the payments, dear ones"),
}


def scores_of(week: Week, draw: np.random.Generator, shared: Shared) -> dict[str, Floats]:
    """Return the probabilities of production and of every challenger [rows]."""
    production = week.log_odds(draw, shared)
    better = week.log_odds(draw, shared, gain=BETTER)
    low, high = np.quantile(week.amount_minor, OVERLOOKED)
    is_overlooked = (week.amount_minor > low) & (week.amount_minor <= high)
    narrow = week.log_odds(draw, shared, gain=COSTLY_GAIN) - OVERLOOKED_SHIFT * is_overlooked
    log_odds = {
        PRODUCTION: production,
        IDENTICAL: production,
        **{name: week.log_odds(draw, shared) for name in EQUALS},
        "better": better,
        "leaking": week.log_odds(draw, shared, gain=-FORGOTTEN_SIGNAL),
        "learned_the_holdout": production + 6.0 * week.is_fraud,
        "overfitted": SURE * week.log_odds(draw, shared, error=OVERFITTED_ERROR * ERROR),
        "miscalibrated": SURE * better + THRICE,
        "costlier": narrow,
    }
    return {name: 1.0 / (1.0 + np.exp(-values)) for name, values in log_odds.items()}


def names_of(kinds: Sequence[str]) -> set[str]:
    """Return the candidates' names in an evaluation."""
    return {candidate_name(kind) for kind in kinds}


def candidate_name(kind: str) -> str:
    """Return what an evaluation calls one.

    >>> candidate_name("equal_1")
    'equal_1/1'
    """
    return f"{kind}/1"
