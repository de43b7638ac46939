"""The network of every family: raw feature values in, fraud probability out, with all pre-processing inside.

Each feature is scaled by a signed logarithm and spread over its bins: whether it is missing, its standardised value,
how far into each bin it reaches (piecewise-linear encoding), and which bins it has entered (steps, for sharp limits).
Members read the same encoding; each is a linear part plus, where the family has hidden units, a perceptron.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from training.families import Architecture

UNUSED_BORDER = 1e30  # never reached, and finite, so that differences stay numbers
NARROWEST_RAMP = 0.02  # steeper ramps would magnify the last bit of a logarithm, which differs between processors
SLICE_ROWS = 2048
EVERY_FEATURE = slice(None)
Z_LIMIT = 5.0  # standard deviations beyond which a value says nothing more


class FraudNetwork(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """An ensemble of small networks over one shared encoding; every tensor is part of the state dict."""

    def __init__(self, architecture: Architecture, feature_count: int) -> None:
        """Make the tensors; weights are drawn from torch's generator."""
        super().__init__()
        bins = architecture.bins_for(feature_count)
        self.architecture, self.feature_count, self.bins = architecture, feature_count, bins
        self.register_buffer("mean", torch.zeros(feature_count))
        self.register_buffer("scale", torch.ones(feature_count))
        self.register_buffer("limits", torch.full((feature_count, bins + 1), UNUSED_BORDER))  # of bins, raw values
        self.register_buffer("borders", torch.full((feature_count, bins + 1), UNUSED_BORDER))  # the same, scaled
        self.register_buffer("platt", torch.tensor([1.0, 0.0]))  # slope and shift of the logit
        self._make_weights(feature_count * self.encoding_width, architecture.members, architecture.hidden_units)

    @property
    def encoding_width(self) -> int:
        """Numbers per feature: missing, standardised value, one ramp and one step per bin."""
        return 2 + 2 * self.bins

    def _make_weights(self, width: int, members: int, hidden_units: int) -> None:
        units = members * hidden_units
        bound = width**-0.5
        self.wide_weight = nn.Parameter(torch.zeros(width, members))
        self.bias = nn.Parameter(torch.zeros(members))
        self.hidden_weight = nn.Parameter(torch.empty(width, units).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(units))
        self.output_weight = nn.Parameter(torch.empty(units).uniform_(-1.0, 1.0) * max(hidden_units, 1) ** -0.5)

    def encode(self, values: torch.Tensor, features: slice = EVERY_FEATURE) -> torch.Tensor:
        """Return the encoding [rows, features * width] of raw values [rows, features], of all features or of some."""
        borders, limits = self.borders[features], self.limits[features]
        is_missing = torch.isnan(values)
        known_values = torch.where(is_missing, 0.0, values)
        is_known = (~is_missing).float().unsqueeze(2)
        scaled = signed_log(known_values)
        reach = ((scaled.unsqueeze(2) - borders[:, :-1]) * inverse_widths(borders)).clamp(0.0, 1.0)
        # Steps compare raw values: logarithms differ in the last bit between processors, comparisons do not.
        entered = (known_values.unsqueeze(2) >= limits[:, :-1]).float()
        z = ((scaled - self.mean[features]) / self.scale[features]).clamp(-Z_LIMIT, Z_LIMIT).unsqueeze(2)
        codes = torch.cat([z, reach, entered], 2) * is_known
        return torch.cat([1.0 - is_known, codes], 2).flatten(1)

    def encode_many(self, values: torch.Tensor) -> torch.Tensor:
        """Return the encoding of many rows, made in slices: what stands between is several times as large."""
        encoding = torch.empty(len(values), self.feature_count * self.encoding_width, device=values.device)
        for part, into in zip(values.split(SLICE_ROWS), encoding.split(SLICE_ROWS), strict=True):
            into.copy_(self.encode(part))
        return encoding

    def set_bins(self, index: int, limits: torch.Tensor) -> None:
        """Set the bins of one feature, given by ascending raw values."""
        for buffer, values in ((self.limits, limits), (self.borders, signed_log(limits))):
            buffer[index] = UNUSED_BORDER
            buffer[index, : len(values)] = values

    def member_logits(self, encoding: torch.Tensor) -> torch.Tensor:
        """Return one uncalibrated logit per row and member."""
        members = self.architecture.members
        if not self.architecture.hidden_units:
            return encoding @ self.wide_weight + self.bias
        if members == 1:
            wide, deep = encoding @ self.wide_weight, encoding @ self.hidden_weight
        else:  # one product of many columns is faster than two; of nine columns it is slower than of eight and one
            both = encoding @ torch.cat([self.wide_weight, self.hidden_weight], 1)
            wide, deep = both[:, :members], both[:, members:]
        hidden = torch.relu(deep + self.hidden_bias) * self.output_weight
        return wide + self.bias + hidden.unflatten(1, (members, -1)).sum(2)

    def logit(self, values: torch.Tensor) -> torch.Tensor:
        """Return the members' mean logit before calibration; in slices, because the encoding is wide."""
        return torch.cat([self.member_logits(self.encode(part)).mean(1) for part in values.split(SLICE_ROWS)])

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return the fraud probability of each row."""
        return torch.sigmoid(self.platt[0] * self.logit(values) + self.platt[1])


def signed_log(values: torch.Tensor) -> torch.Tensor:
    """Return sign(x) log(1 + |x|), written as ONNX has it, without log1p."""
    return torch.sign(values) * torch.log(1.0 + values.abs())


def inverse_widths(borders: torch.Tensor) -> torch.Tensor:
    """Return 1 / width of each bin, 0 for bins that are not used or only a step."""
    width = borders[:, 1:] - borders[:, :-1]
    is_ramp = (borders[:, 1:] < UNUSED_BORDER) & (width > NARROWEST_RAMP)
    return torch.where(is_ramp, 1.0 / width, 0.0)
