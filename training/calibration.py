"""Platt scaling: the slope and shift of the logit that make probabilities match frequencies (Platt, 1999)."""

from __future__ import annotations

import torch

NEWTON_STEPS = 30
PRIOR_STRENGTH = 1.0  # keeps the slope near 1 when there are few frauds
PROBABILITY_FLOOR = 1e-12


def platt(logit: torch.Tensor, is_fraud: torch.Tensor, weight: torch.Tensor) -> tuple[float, float]:
    """Return slope and shift that minimise the weighted log loss of sigmoid(slope * logit + shift).

    >>> logit = torch.tensor([-2.0, -2.0, -2.0, -2.0, 2.0, 2.0, 2.0, 2.0])
    >>> is_fraud = torch.tensor([False, False, False, True, True, True, True, False])
    >>> slope, shift = platt(logit, is_fraud, torch.ones(8))
    >>> 0.5 < slope < 1.0, abs(shift) < 1e-6
    (True, True)
    """
    inputs = torch.stack([logit.double(), torch.ones(len(logit), dtype=torch.float64)], 1)
    prior = torch.tensor([1.0, 0.0], dtype=torch.float64)
    strength = torch.diag(torch.tensor([PRIOR_STRENGTH, 1e-6], dtype=torch.float64))
    solution = prior.clone()
    for _ in range(NEWTON_STEPS):
        probability = torch.sigmoid(inputs @ solution)
        gradient = inputs.T @ (weight.double() * (probability - is_fraud.double())) + strength @ (solution - prior)
        curvature = weight.double() * (probability * (1.0 - probability)).clamp_min(PROBABILITY_FLOOR)
        step = torch.linalg.solve(inputs.T @ (curvature[:, None] * inputs) + strength, gradient)
        solution = solution - step.clamp(-1.0, 1.0)  # far from the solution, Newton overshoots
    return float(solution[0]), float(solution[1])
