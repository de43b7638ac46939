"""AdamW on a one-cycle schedule, in a few tensor operations.

torch's own optimisers import its compiler on first use: 3 s of CPU in every job, more than most jobs need to learn.
AdamW after Loshchilov and Hutter (2019); the schedule after Smith and Topin (2018), with torch's OneCycleLR's defaults.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch

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


class OneCycleAdamW:
    """Updates parameters in place, for a number of steps known beforehand."""

    def __init__(self, parameters: Iterable[tuple[torch.Tensor, float]], *, peak: float, weight_decay: float, steps: int) -> None:
        """Start with no memory of gradients; each parameter comes with its share of the learning rate."""
        self._parameters, self._shares = zip(*parameters, strict=True)
        self._means = [torch.zeros_like(parameter) for parameter in self._parameters]
        self._squares = [torch.zeros_like(parameter) for parameter in self._parameters]
        self._peak, self._weight_decay, self._steps = peak, weight_decay, steps + 1
        self._step = 0

    def rate_after(self, steps: int) -> float:
        """Return the learning rate of the last of so many steps."""
        return one_cycle(steps - 1, self._steps, self._peak)[0]

    def step(self) -> None:
        """Apply the gradients, and forget them."""
        whole_rate, momentum = one_cycle(self._step, self._steps, self._peak)
        self._step += 1
        with torch.no_grad():
            for parameter, share, mean, square in zip(self._parameters, self._shares, self._means, self._squares, strict=True):
                gradient, parameter.grad = parameter.grad, None
                rate = share * whole_rate
                parameter.mul_(1.0 - rate * self._weight_decay)
                mean.lerp_(gradient, 1.0 - momentum)
                square.mul_(SQUARES_DECAY).addcmul_(gradient, gradient, value=1.0 - SQUARES_DECAY)
                self._update(parameter, mean, square, rate, momentum)

    def state_dict(self) -> dict[str, Any]:
        """Return the number of steps taken and what is remembered of their gradients."""
        return {"step": self._step, "means": self._means, "squares": self._squares}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there; the parameters must have their values of that step."""
        self._step = state["step"]
        for mine, theirs in ((self._means, state["means"]), (self._squares, state["squares"])):
            for tensor, value in zip(mine, theirs, strict=True):
                tensor.copy_(value)

    def _update(self, parameter: torch.Tensor, mean: torch.Tensor, square: torch.Tensor, rate: float, momentum: float) -> None:
        unbiased = (1.0 - SQUARES_DECAY**self._step) ** 0.5
        size = (square.sqrt() / unbiased).add_(EPSILON)
        parameter.addcdiv_(mean, size, value=-rate / (1.0 - momentum**self._step))
