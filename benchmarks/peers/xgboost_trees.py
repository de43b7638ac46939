"""XGBoost as its documentation tunes it for rare classes: exact enough bins, shallow trees, shrinkage and subsampling."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


def scores(
    values: NDArray[np.float32], is_fraud: NDArray[np.bool_], judged: NDArray[np.float32], seed: int
) -> NDArray[np.floating[Any]]:
    """Fit on rows with NaN for missing, and return the fraud probability of the judged rows."""
    from xgboost import XGBClassifier

    model = XGBClassifier(**PARAMETERS, random_state=seed).fit(values, is_fraud)
    return model.predict_proba(judged)[:, 1]  # type: ignore[no-any-return]
