"""The product's own measures of one week's scores, on all rows and on resamples of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.policy import DEFAULT_POLICY
from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.measurement import CARD_PRECISION, INTERVAL, MEASURES, customer_weights, measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.evaluation.holdout import Holdout

    Floats = NDArray[np.floating[Any]]

SHOWN = ("auc_roc", "average_precision", CARD_PRECISION)
NAMES = (*SHOWN, *(name for name in MEASURES if name not in SHOWN))
RESAMPLES = 100


def measured(scores: Floats, holdout: Holdout, resamples: int = RESAMPLES) -> Floats:
    """Return [1 + resamples, measures]: the figures themselves in the first row, then those of each resample.

    Customers are drawn with Poisson(1) weights, the same for every model, so that differences are paired. What costs money are
    the decisions that the default policy would make.
    """
    weights = customer_weights(int(holdout.customer.max()) + 1, resamples)
    scored = EvaluatedCandidate("week", "challenger", scores.astype(np.float64), scores >= DEFAULT_POLICY.review_at)
    samples = measure(scored, holdout, weights)
    return np.column_stack([samples[name] for name in NAMES])


def interval(samples: Floats) -> tuple[float, float]:
    """Return the 95 % percentile interval of resampled figures; NaN where none could be computed."""
    if np.isnan(samples).all():
        return np.nan, np.nan
    low, high = np.nanpercentile(samples, INTERVAL)
    return float(low), float(high)
