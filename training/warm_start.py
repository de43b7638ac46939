"""Starting a chunk from the parent: new bins for new data, with the parent's function kept as closely as they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from training.binning import bin_borders
from training.network import UNUSED_BORDER, FraudNetwork, signed_log

if TYPE_CHECKING:
    from collections.abc import Sequence

GRID_POINTS = 256  # where the parent's and the child's functions of one feature are matched
SMALLEST_SCALE = 0.01  # of a standard deviation: a feature that was constant so far is not blown up later
RIDGE = 1e-4  # keeps weights small where the codes are redundant


def fit_encoding(network: FraudNetwork, values: torch.Tensor, is_fraud: torch.Tensor) -> None:
    """Set means, scales and bins of every feature from a sample."""
    for index in range(network.feature_count):
        known = ~torch.isnan(values[:, index])
        column = values[known, index]
        if len(column) < 2:
            continue
        scaled = signed_log(column)
        network.mean[index], network.scale[index] = scaled.mean(), scaled.std().clamp_min(SMALLEST_SCALE)
        limits = bin_borders(column.numpy(), is_fraud[known].numpy(), network.bins)
        network.set_bins(index, torch.from_numpy(limits))


def adopt(child: FraudNetwork, parent: FraudNetwork, parent_index: Sequence[int | None]) -> None:
    """Give the child the parent's function; `parent_index` says where each feature stood, None for a new one.

    Per feature, the parent's contribution to every unit is matched on a grid by ridge regression on the child's
    codes. A feature that the parent did not know starts without influence.
    """
    with torch.no_grad():
        for name in ("bias", "hidden_bias", "output_weight"):
            getattr(child, name).copy_(getattr(parent, name))
        for name in ("wide_weight", "hidden_weight"):
            old = getattr(parent, name).unflatten(0, (parent.feature_count, parent.encoding_width))
            new = getattr(child, name).unflatten(0, (child.feature_count, child.encoding_width))
            for index, before in enumerate(parent_index):
                new[index] = 0.0 if before is None else _projected(child, index, parent, before, old[before])


def _projected(child: FraudNetwork, index: int, parent: FraudNetwork, before: int, weights: torch.Tensor) -> torch.Tensor:
    grid = _grid(child.limits[index], parent.limits[before])
    new_codes, old_codes = _codes(child, index, grid), _codes(parent, before, grid)
    target = old_codes @ weights[1:].double()
    left = new_codes.T @ new_codes + RIDGE * len(grid) * torch.eye(new_codes.shape[1], dtype=torch.float64)
    solution = torch.linalg.solve(left, new_codes.T @ target)
    return torch.cat([weights[:1], solution.float()])  # the first code, "missing", keeps its weight


def _grid(*limits: torch.Tensor) -> torch.Tensor:
    """Return raw values, even on the logarithmic scale, and both sides of every step."""
    used = torch.cat([limit[limit < UNUSED_BORDER] for limit in limits])
    if not len(used):
        return torch.zeros(1)
    low, high = float(signed_log(used.min())), float(signed_log(used.max()))
    even = torch.linspace(low, high, GRID_POINTS)
    below = torch.nextafter(used, torch.tensor(-torch.inf))
    return torch.cat([torch.sign(even) * torch.expm1(even.abs()), used, below])


def _codes(network: FraudNetwork, index: int, grid: torch.Tensor) -> torch.Tensor:
    """Return the codes of one feature, but for "missing", at raw values."""
    return network.encode(grid[:, None], slice(index, index + 1))[:, 1:].double()
