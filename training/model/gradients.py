"""The gradients of one batch, by hand: torch's recording of so small a network costs a fifth of all training.

What is learned from is the mean, over rows and members, of the weighted cross entropy of each member's logit. The gradients
are those of `FraudNetwork.parts`, which computes the logits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import softplus

from training.model.network import LEAK, PLAIN_CODES, with_odds

if TYPE_CHECKING:
    from training.model.network import Encoding, FraudNetwork, Parts


@torch.no_grad()  # type: ignore[untyped-decorator]  # torch is untyped here
def backpropagate(network: FraudNetwork, encoding: Encoding, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Leave a gradient with every parameter, and return the loss; target and weight are [rows, 1]."""
    parts = network.parts(encoding)
    logit = with_odds(parts.signs, parts.background)
    error = (torch.sigmoid(logit) - target).mul_(weight).div_(logit.numel())
    # Odds add, so each logit answers for its share of them.
    of_background = error * torch.sigmoid(parts.background - parts.signs)
    of_signs = error - of_background
    of_sums = torch.cat([of_signs, _of_hidden(network, parts, of_signs), of_background.sum(1, keepdim=True)], 1)
    network.step_weight.grad = of_signs.T @ parts.steps
    _hand_out(network, of_sums.T @ encoding.smooth, of_sums.sum(0))
    return torch.mean((softplus(logit) - target * logit).mul_(weight))


def _of_hidden(network: FraudNetwork, parts: Parts, of_signs: torch.Tensor) -> torch.Tensor:
    """Return the gradient of every hidden unit's sum, and leave that of the output weights."""
    of_units = of_signs.unsqueeze(2).expand(-1, -1, network.architecture.hidden_units).flatten(1)
    network.output_weight.grad = (of_units * parts.units).sum(0)
    return torch.where(parts.units > 0.0, of_units, LEAK * of_units).mul_(network.output_weight)


def _hand_out(network: FraudNetwork, of_weights: torch.Tensor, of_biases: torch.Tensor) -> None:
    """Give each parameter its part; the background has weights for plain codes alone."""
    sizes = [len(network.wide_weight), len(network.hidden_weight), 1]
    network.wide_weight.grad, network.hidden_weight.grad, background = of_weights.split(sizes)
    network.bias.grad, network.hidden_bias.grad, network.background_bias.grad = of_biases.split(sizes)
    network.background_weight.grad = background[:, : PLAIN_CODES * network.feature_count]
