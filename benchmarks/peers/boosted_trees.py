"""scikit-learn's boosted trees on a file's raw columns, prepared as its user guide does: what one has without any history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Scores = NDArray[np.floating[Any]]

READS = "raw"
FEW = 255  # categories that the trees tell apart themselves
PARAMETERS = {"max_iter": 400, "learning_rate": 0.05, "max_leaf_nodes": 16, "early_stopping": False}
BUILT = (
    "sklearn HistGradientBoostingClassifier, all history before each week, raw columns only: amount, hour, weekday, customer, "
    "terminal, extra ones; categories of more than 255 values by cross-fitted TargetEncoder; "
    + ", ".join(f"{name}={value}" for name, value in PARAMETERS.items())
)


def is_installed() -> bool:
    """Tell whether the package is there."""
    return True


def fitted(values: pd.DataFrame, is_fraud: NDArray[np.bool_], seed: int) -> Callable[[pd.DataFrame], Scores]:
    """Fit on raw columns, texts being categories, and return what gives other rows their fraud probability."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder, TargetEncoder

    texts = [name for name in values if values[name].dtype == object]
    few = [name for name in texts if values[name].nunique() <= FEW]
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=float("nan"))
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    rates = TargetEncoder(target_type="binary", cv=folds)
    many = [name for name in texts if name not in few]
    prepared = make_column_transformer((codes, few), (rates, many), remainder="passthrough")
    trees = HistGradientBoostingClassifier(**PARAMETERS, categorical_features=list(range(len(few))), random_state=seed)
    model = make_pipeline(prepared, trees).fit(values, is_fraud)
    return lambda judged: model.predict_proba(judged)[:, 1]
