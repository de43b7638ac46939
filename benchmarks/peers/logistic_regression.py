"""Logistic regression as scikit-learn's user guide prepares it: logarithms, imputation with indicators, standardisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Scores = NDArray[np.floating[Any]]

PENALTY = 1.0  # C; stronger penalties rank worse
MAXIMUM_ITERATIONS = 1_000
READS = "features"
BUILT = (
    "sklearn LogisticRegression(C=1), all history before each week; every feature as it is and as sign(x) log(1 + |x|), "
    "median and missing indicator, standardised"
)


def is_installed() -> bool:
    """Tell whether the package is there."""
    return True


def with_logarithms(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return every column as it is, and once more as sign(x) log(1 + |x|): better than either alone."""
    return np.hstack([values, np.sign(values) * np.log1p(np.abs(values))])


def fitted(values: NDArray[np.float32], is_fraud: NDArray[np.bool_], seed: int) -> Callable[[NDArray[np.float32]], Scores]:
    """Fit on rows with NaN for missing, and return what gives other rows their fraud probability."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    model = make_pipeline(
        FunctionTransformer(with_logarithms),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=PENALTY, max_iter=MAXIMUM_ITERATIONS, random_state=seed),
    )
    model.fit(values.astype(np.float64), is_fraud)
    return lambda judged: model.predict_proba(judged.astype(np.float64))[:, 1]
