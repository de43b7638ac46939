"""AdamW on a one-cycle schedule, by torch's functional AdamW.

torch's optimiser classes import its compiler on first use: 3 s of CPU in every job, more than most jobs need to learn. The function
that they call does not.
AdamW after Loshchilov and Hutter (2019); the schedule after Smith and Topin (2018), with torch's OneCycleLR's defaults.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch.optim.adamw import adamw

WARM_UP_SHARE = 0.3
START_DIVISOR, END_DIVISOR = 25.0, 25.0 * 1e4
MOMENTUM_LOW, MOMENTUM_HIGH = 0.85, 0.95  # the momentum runs against the learning rate
SQUARES_DECAY = 0.999
EPSILON = 1e-8


def one_cycle(step: int, steps: int, peak: float) -> tuple[float, float]:
    """Return learning rate and momentum of a step: up to the peak, then down to almost nothing, along a cosine.

    >>> [round(one_cycle(step, 101, 0.01)[0], 5) for step in (0, 29, 100)]
    [0.0004, 0.01, 0.0]
    """
    turn = WARM_UP_SHARE * steps - 1.0
    if step <= turn:
        share = step / turn
        return _cosine(peak / START_DIVISOR, peak, share), _cosine(MOMENTUM_HIGH, MOMENTUM_LOW, share)
    share = (step - turn) / (steps - 1.0 - turn)
    return _cosine(peak, peak / END_DIVISOR, share), _cosine(MOMENTUM_LOW, MOMENTUM_HIGH, share)


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1.0 + math.cos(math.pi * share)) / 2.0


@dataclass(frozen=True)
class _Group:
    """Parameters that share a learning rate, and the moments of their gradients."""

    parameters: list[torch.Tensor]
    means: list[torch.Tensor]
    squares: list[torch.Tensor]
    steps: list[torch.Tensor]  # taken, the same for each: torch asks for one per parameter

    @classmethod
    def of(cls, parameters: list[torch.Tensor]) -> _Group:
        """Start with moments of zero."""
        means, squares = ([torch.zeros_like(parameter) for parameter in parameters] for _ in range(2))
        return cls(parameters, means, squares, [torch.zeros((), device=parameter.device) for parameter in parameters])

    def update(self, rate: float, momentum: float, weight_decay: float) -> None:
        """Apply the gradients, and clear them."""
        gradients = [parameter.grad for parameter in self.parameters]
        adamw(
            self.parameters,
            gradients,
            self.means,
            self.squares,
            [],  # for AMSGrad
            self.steps,
            fused=True,  # all parameters in one pass
            amsgrad=False,
            beta1=momentum,
            beta2=SQUARES_DECAY,
            lr=rate,
            weight_decay=weight_decay,
            eps=EPSILON,
            maximize=False,
        )
        for parameter in self.parameters:
            parameter.grad = None


class OneCycleAdamW:
    """Updates parameters in place, for a number of steps known beforehand."""

    def __init__(self, parameters: Iterable[tuple[torch.Tensor, float]], *, peak: float, weight_decay: float, steps: int) -> None:
        """Start with moments of zero; each parameter comes with its share of the learning rate."""
        shared: dict[float, list[torch.Tensor]] = {}
        for parameter, share in parameters:
            shared.setdefault(share, []).append(parameter)
        self._groups = {share: _Group.of(group) for share, group in shared.items()}
        self._peak, self._weight_decay, self._steps = peak, weight_decay, steps + 1
        self._step = 0

    def rate_after(self, steps: int) -> float:
        """Return the learning rate of the last of so many steps."""
        return one_cycle(steps - 1, self._steps, self._peak)[0]

    def step(self) -> None:
        """Apply the gradients, and clear them."""
        rate, momentum = one_cycle(self._step, self._steps, self._peak)
        self._step += 1
        with torch.no_grad():
            for share, group in self._groups.items():
                group.update(share * rate, momentum, self._weight_decay)

    def state_dict(self) -> dict[str, Any]:
        """Return the number of steps taken and the moments of their gradients."""
        return {"step": self._step, "moments": self._moments()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Resume from there; the parameters must have their values of that step."""
        self._step = state["step"]
        for mine, theirs in zip(self._moments(), state["moments"], strict=True):
            mine.copy_(theirs)

    def _moments(self) -> list[torch.Tensor]:
        groups = self._groups.values()
        return [tensor for group in groups for tensor in (*group.means, *group.squares, *group.steps)]
