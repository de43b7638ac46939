"""Starting a chunk from the parent: new bins for new data, with the parent's function kept as closely as they can."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from training.model.binning import MINIMUM_ROWS, bin_borders
from training.model.network import UNUSED_BORDER, FraudNetwork, signed_log

if TYPE_CHECKING:
    from collections.abc import Sequence

GRID_POINTS = 256  # where the parent's and the child's functions of one feature are matched
SMALLEST_SCALE = 0.01  # of a standard deviation: a feature that hardly varied is not blown up later
# Of a feature that was constant so far: its first other values must not meet weights that have learned nothing of it.
MUTED_SCALE = 1e6
RIDGE = 1e-4  # keeps weights small where the codes are redundant


def fit_encoding(network: FraudNetwork, values: torch.Tensor, is_fraud: torch.Tensor) -> None:
    """Set means, scales and bins of every feature from a sample."""
    network.binned_frauds.fill_(float(is_fraud.sum()))
    for index in range(network.feature_count):
        known = ~torch.isnan(values[:, index])
        column = values[known, index]
        if not len(column):
            network.scale[index] = MUTED_SCALE
            continue
        scaled = signed_log(column)
        network.mean[index], network.scale[index] = scaled.mean(), _scale(scaled)
        limits = bin_borders(column.numpy(), is_fraud[known].numpy(), network.bins)
        network.set_bins(index, torch.from_numpy(limits))


def wakes(network: FraudNetwork, values: torch.Tensor) -> bool:
    """Tell whether a feature that is mute in a network takes several values by now, in enough rows to learn from."""
    for index in torch.nonzero(network.scale == MUTED_SCALE).flatten().tolist():
        column = values[:, index]
        known = column[~torch.isnan(column)]
        if len(known) and int((known != known.mode().values).sum()) >= MINIMUM_ROWS:
            return True
    return False


def _scale(scaled: torch.Tensor) -> torch.Tensor:
    is_constant = bool(scaled.min() == scaled.max())
    return torch.tensor(MUTED_SCALE) if is_constant else scaled.std().clamp_min(SMALLEST_SCALE)


def adopt(child: FraudNetwork, parent: FraudNetwork, parent_index: Sequence[int | None]) -> None:
    """Give the child the parent's function; `parent_index` has the position of each feature there, None for a new one.

    Per feature, the parent's contribution to every unit is matched on a grid by ridge regression on the child's
    codes. A feature that the parent did not know starts without influence.
    """
    with torch.no_grad():
        for name in ("bias", "hidden_bias", "output_weight", "background_bias", "background_shift"):
            getattr(child, name).copy_(getattr(parent, name))
        for index, before in enumerate(parent_index):
            if before is not None:
                _project(child, index, parent, before)
                if parent.limits[before, 0] == UNUSED_BORDER:
                    _forget_missing(child, index)
                continue
            for weights in _by_feature(child):
                weights[:, index] = 0.0


def _forget_missing(child: FraudNetwork, index: int) -> None:
    """Move into the biases what a feature that was never there added by being missing.

    It was the same for every row; kept as a weight, it would change the odds of whoever has the feature now.
    """
    weights = _by_feature(child)
    pairs = (child.bias, weights.smooth), (child.hidden_bias, weights.hidden), (child.background_bias, weights.background)
    for bias, of in pairs:
        bias.add_(of[:, index, 0])
        of[:, index, 0] = 0.0


class _Weights(NamedTuple):
    """Views of a network's weights [units, features, codes]: of the linear part on either kind of codes, and of the others."""

    smooth: torch.Tensor
    steps: torch.Tensor
    hidden: torch.Tensor
    background: torch.Tensor


def _by_feature(network: FraudNetwork) -> _Weights:
    parts = (network.wide_weight, network.step_weight, network.hidden_weight, network.background_weight)
    return _Weights(*(weights.unflatten(1, (-1, network.feature_count)).transpose(1, 2) for weights in parts))


def _project(child: FraudNetwork, index: int, parent: FraudNetwork, before: int) -> None:
    """Give a feature of the child the function that it has in the parent; the code "missing" comes first, and keeps its weight."""
    old = _Weights(*(weights[:, before].double() for weights in _by_feature(parent)))
    new = _Weights(*(weights[:, index] for weights in _by_feature(child)))
    grid = _grid(child.limits[index], parent.limits[before])
    (theirs, their_steps), (mine, my_steps) = _codes(parent, before, grid), _codes(child, index, grid)
    wide = _matched(torch.cat([mine, my_steps], 1), theirs @ old.smooth[:, 1:].T + their_steps @ old.steps.T)
    new.smooth[:, 1:], new.steps[:] = wide.split([mine.shape[1], my_steps.shape[1]], 1)
    new.hidden[:, 1:] = _matched(mine, theirs @ old.hidden[:, 1:].T)
    for kept, given in ((new.smooth, old.smooth), (new.hidden, old.hidden), (new.background, old.background)):
        kept[:, 0] = given[:, 0]
    _restandardise(child, index, parent, before, new.background)


def _restandardise(child: FraudNetwork, index: int, parent: FraudNetwork, before: int, weights: torch.Tensor) -> None:
    """Keep the background's line through a feature where its mean and scale are now others; missing values gain nothing by it."""
    line = _by_feature(parent).background[0, before, 1]
    shift = line * (child.mean[index] - parent.mean[before]) / parent.scale[before]
    weights[0, 1] = line * child.scale[index] / parent.scale[before]
    weights[0, 0] -= shift
    child.background_bias += shift


def _matched(codes: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the weights [units, codes] that give the codes [points, codes] the target [points, units]."""
    left = codes.T @ codes + RIDGE * len(codes) * torch.eye(codes.shape[1], dtype=torch.float64)
    solution: torch.Tensor = torch.linalg.solve(left, codes.T @ target).T.float()
    return solution


def _grid(*limits: torch.Tensor) -> torch.Tensor:
    """Return raw values, even on the logarithmic scale, and both sides of every step."""
    used = torch.cat([limit[limit < UNUSED_BORDER] for limit in limits])
    if not len(used):
        return torch.zeros(1)
    low, high = float(signed_log(used.min())), float(signed_log(used.max()))
    even = torch.linspace(low, high, GRID_POINTS)
    below = torch.nextafter(used, torch.tensor(-torch.inf))
    return torch.cat([torch.sign(even) * torch.expm1(even.abs()), used, below])


def _codes(network: FraudNetwork, index: int, grid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the codes of one feature at raw values: the smooth ones but for "missing", and the steps."""
    smooth, steps = network.codes(grid[:, None], slice(index, index + 1))
    return smooth[:, 1:, 0].double(), steps[:, :, 0].double()
