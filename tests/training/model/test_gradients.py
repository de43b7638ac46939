"""The gradients made by hand are those that torch records."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from greenfraud.families import FAMILIES
from training.model.families import ARCHITECTURES
from training.model.gradients import backpropagate
from training.model.network import FraudNetwork, with_odds
from training.model.warm_start import fit_encoding

ROWS, FEATURES = 700, 5


@pytest.mark.parametrize("has_background", [False, True], ids=["no background yet", "with a background"])
@pytest.mark.parametrize("family", FAMILIES)
def test_they_equal_those_of_autograd(family: str, has_background: bool) -> None:
    """Of every parameter that is learned, for each family, with missing values, weights, and logits of every size."""
    generator = torch.Generator().manual_seed(3)
    values = 40.0 * torch.randn(ROWS, FEATURES, generator=generator)
    values[torch.rand(ROWS, FEATURES, generator=generator) < 0.1] = torch.nan
    is_fraud = torch.rand(ROWS, generator=generator) < 0.2
    network = FraudNetwork(ARCHITECTURES[family], FEATURES)
    fit_encoding(network, values, is_fraud)
    if has_background:
        network.begin_background()
    for parameter, _ in network.rates():
        torch.nn.init.normal_(parameter, generator=generator)
    encoding, target = network.encode_many(values), is_fraud[:, None].float()
    weight = torch.rand(ROWS, 1, generator=generator)
    logits = with_odds(*network.signs_and_background(encoding))
    wanted = binary_cross_entropy_with_logits(logits, target.expand_as(logits), weight.expand_as(logits))
    parameters = [parameter for parameter, _ in network.rates()]
    gradients = torch.autograd.grad(wanted, parameters)
    loss = backpropagate(network, encoding, target, weight)
    torch.testing.assert_close(loss, wanted)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-7)
