"""How far probabilities are off where it matters, by logistic regression of the truth on their logit (Cox, 1958).

The slope is 1 where probabilities spread as they should, below 1 where they are too extreme. The intercept, found with the slope
held at 1, is the logarithm by how much the odds should be larger (Van Calster et al., Calibration: the Achilles heel of
predictive analytics, 2019).

On the rows as they are, both are found to the last digit. On each resample they are one Newton step from there: all that step
needs are sums over customers (Moulton and Zeger, Bootstrapping generalized linear models, 1991).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.calibration import weighted_sum
from training.model.ranking import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]

CERTAIN = 1e-7  # probabilities beyond are taken for this: the logit of 0 or 1 has no number
MOST_STEPS, STILL, LARGEST_STEP = 50, 1e-9, 2.0


def expected_over_observed(probability: Floats, is_fraud: Flags, customer: Codes, weights: Floats) -> Floats:
    """Return how many frauds the probabilities announce per fraud that happened; NaN where none did.

    >>> expected_over_observed(np.array([0.5, 0.25, 0.25]), np.array([True, False, True]), np.arange(3), np.ones((1, 3)))
    array([0.5])
    """
    return ratio(weighted_sum(probability, customer, weights), weighted_sum(is_fraud.astype(np.float64), customer, weights))


def slope_and_intercept(probability: Floats, is_fraud: Flags, customer: Codes, weights: Floats) -> tuple[Floats, Floats]:
    """Return slope and intercept for every row of `weights`, of which the first counts everybody once.

    Both are NaN where frauds and legitimate rows part completely, or one of the two is missing.
    """
    inside = np.clip(probability, CERTAIN, 1.0 - CERTAIN)
    logit = np.log(inside / (1.0 - inside))
    ones = np.ones_like(logit)
    slope = _fitted(np.stack([logit, ones]), np.zeros_like(logit), is_fraud, customer, weights)[:, 0]
    intercept = _fitted(ones[None], logit, is_fraud, customer, weights)[:, 0]
    return slope, intercept


def _fitted(inputs: Floats, offset: Floats, is_fraud: Flags, customer: Codes, weights: Floats) -> Floats:
    """Return the coefficients [weightings, inputs] of a logistic regression on `inputs` [inputs, rows] beside an offset."""
    once, solution = weights[:1], np.zeros(len(inputs))
    for _ in range(MOST_STEPS):
        step = _newton_step(solution, inputs, offset, is_fraud, customer, once)[0]
        if np.isnan(step).any():
            break
        solution = solution + np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max() < STILL:
            return np.asarray(solution + _newton_step(solution, inputs, offset, is_fraud, customer, weights))
    return np.full((len(weights), len(inputs)), np.nan)


def _newton_step(  # noqa: PLR0913, PLR0917
    solution: Floats, inputs: Floats, offset: Floats, is_fraud: Flags, customer: Codes, weights: Floats
) -> Floats:
    """Return the step [weightings, inputs] towards the largest likelihood; NaN where the curvature is none."""
    probability = 0.5 * (1.0 + np.tanh(0.5 * (solution @ inputs + offset)))
    gradient = np.stack([weighted_sum(of * (is_fraud - probability), customer, weights) for of in inputs], 1)
    spread = probability * (1.0 - probability)
    curvature = np.stack([[weighted_sum(a * b * spread, customer, weights) for a in inputs] for b in inputs]).transpose(2, 0, 1)
    is_flat = ~(np.linalg.det(curvature) > 0.0)
    curvature[is_flat], gradient[is_flat] = np.eye(len(inputs)), np.nan
    return np.asarray(np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0])
