"""The network of every family: raw feature values in, fraud probability out, with all pre-processing inside.

Each feature is scaled by a signed logarithm and spread over its bins. Its smooth codes say whether it is missing, its
standardised value and how far into each bin it reaches (piecewise-linear encoding); its steps say which bins it has entered,
for sharp limits. Members read the same encoding: each is a linear part over all codes plus, where the family has hidden
units, a perceptron over the smooth ones. Units that read steps too find limits of single features in pairs of noise. A code of
all features stands together, so that inner loops are as long as there are features.

Every fifth fraud or so shows no sign that could be sharp. Its odds are those of a background, linear in missing and standardised
values; they add to the odds of the members, whose noise about such rows is then too small to reorder them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from torch.nn.functional import leaky_relu, linear, pad, softplus

from training.model.running_calibration import RunningCalibration

if TYPE_CHECKING:
    from training.model.families import Architecture

UNUSED_BORDER = 1e30  # never reached, and finite, so that differences stay numbers
ABSENT = -1e30  # stands for a missing value: below every border, so that it reaches and enters no bin
NARROWEST_RAMP = 0.02  # steeper ramps would magnify the last bit of a logarithm, which differs between processors
SLICE_ROWS = 512
EVERY_FEATURE = slice(None)
Z_LIMIT = 5.0  # standard deviations beyond which the standardised value stays the same
LEAK = 0.1  # a unit that is never active still learns
PLAIN_CODES = 2  # the first codes, which the background reads: missing, standardised value
NO_BACKGROUND = -1e4  # adds nothing to any odds, and learns nothing
BACKGROUND = -4.0  # logit to start with: where one in sixteen rows is a fraud, as in an epoch, a fifth of them without signs
HIDDEN_RATE = 0.3  # of the learning rate: hidden weights multiply each other's errors


class Encoding(NamedTuple):
    """The codes of some rows: what a network reads of them."""

    smooth: torch.Tensor  # float32 [rows, smooth codes x features]
    steps: torch.Tensor  # bool [rows, bins x features]: a quarter of the memory, and so of the time to gather them

    def take(self, rows: torch.Tensor) -> Encoding:
        """Return the codes of some rows; an index in brackets takes twice as long."""
        return Encoding(self.smooth.index_select(0, rows), self.steps.index_select(0, rows))


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
        self.register_buffer("binned_frauds", torch.tensor(0.0))  # how many frauds the bins were cut to tell apart
        self.register_buffer("background_shift", torch.tensor(NO_BACKGROUND))
        self.register_buffer("platt", torch.tensor([1.0, 0.0]))  # slope and shift of the logit
        self.register_buffer("calibration", RunningCalibration().to_tensor())  # what its children go on from
        self._make_weights(architecture.members, architecture.hidden_units)

    @property
    def smooth_codes(self) -> int:
        """Codes per feature that change smoothly: missing, standardised value, one ramp per bin."""
        return PLAIN_CODES + self.bins

    @property
    def smooth_width(self) -> int:
        """The smooth codes of all features."""
        return self.feature_count * self.smooth_codes

    @property
    def steps_width(self) -> int:
        """One step per bin of every feature."""
        return self.feature_count * self.bins

    def _make_weights(self, members: int, hidden_units: int) -> None:
        units = members * hidden_units
        bound = self.smooth_width**-0.5
        self.wide_weight = nn.Parameter(torch.zeros(members, self.smooth_width))
        self.step_weight = nn.Parameter(torch.zeros(members, self.steps_width))
        self.bias = nn.Parameter(torch.zeros(members))
        self.background_weight = nn.Parameter(torch.zeros(1, PLAIN_CODES * self.feature_count))
        self.background_bias = nn.Parameter(torch.full((1,), BACKGROUND))
        self.hidden_weight = nn.Parameter(torch.empty(units, self.smooth_width).uniform_(-bound, bound))
        self.hidden_bias = nn.Parameter(torch.zeros(units))
        self.output_weight = nn.Parameter(torch.empty(units).uniform_(-1.0, 1.0) * max(hidden_units, 1) ** -0.5)

    def begin_background(self) -> None:
        """Let a background be learned, if there is none yet: too early, it takes for itself what signs should learn."""
        if float(self.background_shift) < 0.0:
            self.background_shift.zero_()
            torch.nn.init.zeros_(self.background_weight)
            torch.nn.init.constant_(self.background_bias, BACKGROUND)

    def rates(self) -> list[tuple[nn.Parameter, float]]:
        """Return every parameter with its share of the learning rate."""
        hidden = [(parameter, HIDDEN_RATE) for parameter in (self.hidden_weight, self.hidden_bias, self.output_weight)]
        linear_parts = (self.wide_weight, self.step_weight, self.bias, self.background_weight, self.background_bias)
        return [*((parameter, 1.0) for parameter in linear_parts), *(hidden if self.architecture.hidden_units else [])]

    def codes(self, values: torch.Tensor, features: slice = EVERY_FEATURE) -> tuple[torch.Tensor, torch.Tensor]:
        """Return smooth codes and steps [rows, codes, features] of raw values [rows, features], of all features or of some."""
        lower, limits = (bound[features, :-1].T.contiguous() for bound in (self.borders, self.limits))
        is_missing = torch.isnan(values)
        filled = torch.where(is_missing, ABSENT, values)
        scaled = signed_log(filled)
        inverse = inverse_widths(self.borders[features]).T.contiguous()
        reach = (scaled.unsqueeze(1) - lower).mul_(inverse).clamp_(0.0, 1.0)
        # Steps compare raw values: logarithms differ in the last bit between processors, comparisons do not.
        entered = filled.unsqueeze(1) >= limits
        z = ((scaled - self.mean[features]) / self.scale[features]).clamp(-Z_LIMIT, Z_LIMIT)
        z, absent = torch.where(is_missing, 0.0, z), is_missing.float()
        return torch.cat([absent.unsqueeze(1), z.unsqueeze(1), reach], 1), entered

    def encode(self, values: torch.Tensor) -> Encoding:
        """Return the codes of raw values [rows, features]."""
        smooth, steps = self.codes(values)
        return Encoding(smooth.flatten(1), steps.flatten(1))

    def encode_many(self, values: torch.Tensor) -> Encoding:
        """Return the codes of many rows, made in slices: what stands between is several times as large."""
        smooth = torch.empty(len(values), self.smooth_width, device=values.device)
        steps = torch.empty(len(values), self.steps_width, dtype=torch.bool, device=values.device)
        slices = (tensor.split(SLICE_ROWS) for tensor in (values, smooth, steps))
        for part, into_smooth, into_steps in zip(*slices, strict=True):
            encoding = self.encode(part)
            into_smooth.copy_(encoding.smooth)
            into_steps.copy_(encoding.steps)
        return Encoding(smooth, steps)

    def calibrate(self, calibration: RunningCalibration) -> None:
        """Keep a calibration, and the Platt parameters that follow from it."""
        self.calibration.copy_(calibration.to_tensor())
        self.platt.copy_(calibration.platt)

    def set_bins(self, index: int, limits: torch.Tensor) -> None:
        """Set the bins of one feature, given by ascending raw values."""
        for buffer, values in ((self.limits, limits), (self.borders, signed_log(limits))):
            buffer[index] = UNUSED_BORDER
            buffer[index, : len(values)] = values

    def logit(self, values: torch.Tensor) -> torch.Tensor:
        """Return the logit before calibration, of the members' mean and the background; in slices, as the encoding is wide."""
        return torch.cat([self._logit(self.encode(part)) for part in values.split(SLICE_ROWS)])

    def _logit(self, encoding: Encoding) -> torch.Tensor:
        signs, background = self.signs_and_background(encoding)
        return with_odds(signs.mean(1), background[:, 0])

    def signs_and_background(self, encoding: Encoding) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits, before calibration, of a fraud by its signs [rows, members] and of one without any [rows, 1]."""
        members, units = self.architecture.members, len(self.hidden_weight)
        # The smooth codes are read once for all that is linear in them.
        background_weight = pad(self.background_weight, (0, self.steps_width))  # it reads no ramps
        weight = torch.cat([self.wide_weight, self.hidden_weight, background_weight])
        bias = torch.cat([self.bias, self.hidden_bias, self.background_bias + self.background_shift])
        wide, hidden, background = linear(encoding.smooth, weight, bias).split([members, units, 1], 1)
        steps = encoding.steps.view(torch.uint8).to(wide.dtype)  # torch converts bools five times as slowly
        signs = wide + linear(steps, self.step_weight)
        if units:
            signs = signs + (leaky_relu(hidden, LEAK) * self.output_weight).unflatten(1, (members, -1)).sum(2)
        return signs, background

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return the fraud probability of each row."""
        return torch.sigmoid(self.platt[0] * self.logit(values) + self.platt[1])


def with_odds(logit: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return the logit whose odds are the sum of two logits' odds: log(exp a + exp b)."""
    return logit + softplus(other - logit)


def signed_log(values: torch.Tensor) -> torch.Tensor:
    """Return sign(x) log(1 + |x|), written as ONNX has it, without log1p."""
    return torch.sign(values) * torch.log(1.0 + values.abs())


def inverse_widths(borders: torch.Tensor) -> torch.Tensor:
    """Return 1 / width of each bin, 0 for bins that are not used or only a step."""
    width = borders[:, 1:] - borders[:, :-1]
    is_ramp = (borders[:, 1:] < UNUSED_BORDER) & (width > NARROWEST_RAMP)
    return torch.where(is_ramp, 1.0 / width, 0.0)
