"""Probabilities corrected by what a lineage's models said of chunks before they learned them.

A model is sure of the rows that it was fitted to: scaled on those, its probabilities are too extreme on all others. What it says
of the next chunk, before that is learned, is honest. How much too extreme is a trait of the training, so it carries over from a
parent to its child; how many more frauds come than were expected follows the labels that are known by then.

Slope and shift are a state that wanders slowly, seen once per chunk: the logistic regression of the truth on the parent's logit,
with the state so far as its prior (West, Harrison and Migon, Dynamic generalized linear models, 1985).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch

# Variances: before anything was seen, and what a chunk's time adds. A slope hardly wanders; prevalence does.
FIRST_VARIANCES, ADDED_VARIANCES = (0.1, 0.25), (0.001, 0.05)
BELIEVED_FACTOR = 4.0  # between frauds expected and observed: beyond, one chunk alone is not believed
NEWTON_STEPS = 40
CURVATURE_FLOOR = 1e-12


@dataclass(frozen=True)
class RunningCalibration:
    """The logit is slope x (network's logit + base) + shift; `base` undoes how the fit bent the odds.

    `spread` has the variance of slope and shift, and their covariance. `doubted` is 1 or -1 where the newest chunk had many more
    or fewer frauds than expected and is not believed, else 0.
    """

    base: float = 0.0
    slope: float = 1.0
    shift: float = 0.0
    spread: tuple[float, float, float] = (*FIRST_VARIANCES, 0.0)
    doubted: int = 0

    @classmethod
    def from_platt(cls, slope: float, shift: float) -> RunningCalibration:
        """Begin with Platt parameters of the network's own logit."""
        return cls(base=shift / slope, slope=slope)

    @classmethod
    def from_tensor(cls, state: torch.Tensor) -> RunningCalibration:
        """Read what `to_tensor` wrote."""
        base, slope, shift, *spread, doubted = state.tolist()
        return cls(base, slope, shift, tuple(spread), int(doubted))

    def to_tensor(self) -> torch.Tensor:
        """Return all of it, float64 [7]."""
        return torch.tensor([self.base, self.slope, self.shift, *self.spread, self.doubted], dtype=torch.float64)

    @property
    def platt(self) -> torch.Tensor:
        """Slope and shift of the network's own logit."""
        return torch.tensor([self.slope, self.slope * self.base + self.shift])

    def calibrated(self, logit: torch.Tensor) -> torch.Tensor:
        """Return the probabilities of the network's logits [rows]."""
        slope, shift = self.platt.double()
        return torch.sigmoid(slope * logit.double() + shift)

    def after(self, logit: torch.Tensor, is_fraud: torch.Tensor, weight: torch.Tensor) -> RunningCalibration:
        """Return the state after a chunk that the network has not learned.

        A chunk without frauds says nothing of their odds. One with four times more or fewer of them than expected is believed
        when the next one says so too.
        """
        observed = float(weight[is_fraud].sum())
        surprise = math.log(max(observed, 1e-9) / max(float((weight * self.calibrated(logit)).sum()), 1e-9))
        direction = 0 if abs(surprise) <= math.log(BELIEVED_FACTOR) else int(math.copysign(1, surprise))
        if not observed or direction not in {0, self.doubted}:
            return replace(self, doubted=direction)
        of_slope, of_shift, both = self.spread
        wandered = torch.diag(torch.tensor(ADDED_VARIANCES)) + torch.tensor([[of_slope, both], [both, of_shift]])
        mean = torch.tensor([self.slope, self.shift], dtype=torch.float64)
        (slope, shift), curvature = fitted(logit.double() + self.base, is_fraud, weight, mean, torch.linalg.inv(wandered.double()))
        ((of_slope, both), (_, of_shift)) = torch.linalg.inv(curvature).tolist()
        return replace(self, slope=float(slope), shift=float(shift), spread=(of_slope, of_shift, both), doubted=0)

    def anchored(self, logit: torch.Tensor, weight: torch.Tensor, expected: float) -> RunningCalibration:
        """Return it with the shift by which so many frauds are expected among these rows."""
        offset = self.slope * (logit.double() + self.base)
        shift = torch.tensor(self.shift, dtype=torch.float64)
        for _ in range(NEWTON_STEPS):
            probability = torch.sigmoid(offset + shift)
            excess, spread = (weight * probability).sum() - expected, (weight * probability * (1.0 - probability)).sum()
            shift = shift - (excess / spread.clamp_min(CURVATURE_FLOOR)).clamp(-1.0, 1.0)
        return replace(self, shift=float(shift))


def fitted(
    logit: torch.Tensor, is_fraud: torch.Tensor, weight: torch.Tensor, mean: torch.Tensor, precision: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return slope and shift of the weighted log loss beside a normal prior, and its curvature there (all float64).

    >>> logit, is_fraud = torch.tensor([-2.0] * 4 + [2.0] * 4).double(), torch.tensor([False] * 3 + [True] * 4 + [False])
    >>> once, mean, precision = torch.ones(8).double(), torch.tensor([1.0, 0.0]).double(), torch.eye(2).double()
    >>> (slope, shift), _ = fitted(logit, is_fraud, once, mean, precision)
    >>> 0.5 < slope < 1.0, abs(shift) < 1e-6
    (tensor(True), tensor(True))
    """
    inputs, solution = torch.stack([logit, torch.ones_like(logit)], 1), mean.clone()
    curvature = precision
    for _ in range(NEWTON_STEPS):
        probability = torch.sigmoid(inputs @ solution)
        gradient = inputs.T @ (weight * (probability - is_fraud.double())) + precision @ (solution - mean)
        spread = weight * (probability * (1.0 - probability)).clamp_min(CURVATURE_FLOOR)
        curvature = inputs.T @ (spread[:, None] * inputs) + precision
        solution = solution - torch.linalg.solve(curvature, gradient).clamp(-1.0, 1.0)  # far from it, Newton overshoots
    return solution, curvature
