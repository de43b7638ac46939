"""XGBoost as its documentation tunes it for rare classes: exact enough bins, shallow trees, shrinkage and subsampling."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.floating[Any]]

PARAMETERS = {
    "objective": "binary:logistic",
    "base_score": 0.5,  # the estimated prior costs average precision where frauds are this rare
    "tree_method": "hist",
    "max_bin": 8192,  # the default, 256, cannot see limits of the amount
    "n_estimators": 400,
    "learning_rate": 0.05,
    "max_depth": 4,
    "subsample": 0.8,
    "colsample_bytree": 0.5,
    "n_jobs": 1,
}
READS = "features"
BUILT = "xgboost.XGBClassifier, all history before each week, " + ", ".join(f"{k}={v}" for k, v in PARAMETERS.items())


def is_installed() -> bool:
    """Tell whether the package is there: it is no requirement of the product."""
    return find_spec("xgboost") is not None


def fitted(values: NDArray[np.float32], is_fraud: NDArray[np.bool_], seed: int) -> Callable[[NDArray[np.float32]], Scores]:
    """Fit on rows with NaN for missing, and return what gives other rows their fraud probability."""
    from xgboost import XGBClassifier

    model = XGBClassifier(**PARAMETERS, random_state=seed).fit(values, is_fraud)
    return lambda judged: model.predict_proba(judged)[:, 1]
