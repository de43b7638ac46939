"""One row at a time through the trained network itself, as somebody would serve it who keeps PyTorch in the function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

BUILT = "the same network in PyTorch, in inference mode, on one thread; each call makes a tensor and takes a float out"


def one_row(network: torch.nn.Module, values: torch.Tensor) -> Callable[[int], float]:
    """Return what scores one row of `values` by its number."""

    def score(row: int) -> float:
        with torch.inference_mode():
            return float(network(values[row : row + 1])[0])

    return score
