"""AUC ROC, average precision and card precision at 100 of one week's scores, on all rows and on resamples of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.card_precision import CardRanking
from training.evaluation import INTERVAL, REVIEW_CAPACITY, customer_weights
from training.metrics import Ranking

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.holdout import Holdout

    Floats = NDArray[np.floating[Any]]

NAMES = ("auc_roc", "average_precision", f"card_precision_at_{REVIEW_CAPACITY}")
RESAMPLES = 100


def measured(scores: Floats, holdout: Holdout, resamples: int = RESAMPLES) -> Floats:
    """Return [1 + resamples, measures]: the figures themselves in the first row, then those of each resample.

    Customers are drawn with Poisson(1) weights, the same for every model, so that differences are paired.
    """
    customers = int(holdout.customer.max()) + 1
    weights = customer_weights(customers, resamples)
    ranking = Ranking(scores, holdout.is_fraud)
    curves = [ranking.curve(weight[holdout.customer]) for weight in weights]
    cards = CardRanking(scores, holdout.is_fraud, holdout.customer, holdout.day).precision_at(REVIEW_CAPACITY, weights)
    return np.column_stack([[c.auc_roc() for c in curves], [c.average_precision() for c in curves], cards])


def interval(samples: Floats) -> tuple[float, float]:
    """Return the 95 % percentile interval of resampled figures."""
    low, high = np.nanpercentile(samples, INTERVAL)
    return float(low), float(high)
