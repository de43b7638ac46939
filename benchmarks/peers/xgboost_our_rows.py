"""XGBoost on as many rows as the product learns from, with coarser bins: what it gives at the product's own expense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.xgboost_trees import PARAMETERS, is_installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Scores = NDArray[np.floating[Any]]

__all__ = ["BUILT", "READS", "fitted", "is_installed"]

READS = "features"
NEGATIVES, BINS = 60_000, 1_024
BUILT = f"as xgboost, on every fraud and {NEGATIVES:,} legitimate rows that count for all of them, max_bin={BINS}"


def fitted(values: NDArray[np.float32], is_fraud: NDArray[np.bool_], seed: int) -> Callable[[NDArray[np.float32]], Scores]:
    """Fit on a sample of the rows, and return what gives other rows their fraud probability."""
    from xgboost import XGBClassifier

    legitimate = np.flatnonzero(~is_fraud)
    drawn = np.random.default_rng(seed).permutation(legitimate)[:NEGATIVES]
    rows = np.sort(np.concatenate([np.flatnonzero(is_fraud), drawn]))
    weight = np.where(is_fraud[rows], 1.0, len(legitimate) / max(1, len(drawn)))
    model = XGBClassifier(**{**PARAMETERS, "max_bin": BINS}, random_state=seed)
    model.fit(values[rows], is_fraud[rows], sample_weight=weight)
    return lambda judged: model.predict_proba(judged)[:, 1]
