"""Fitting a network to one chunk and the replay sample: whole-tensor batches, one pass of a one-cycle schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from training.calibration import platt
from training.optimizer import OneCycleAdamW

if TYPE_CHECKING:
    from training.network import FraudNetwork
    from training.sample import Sample

BATCH_ROWS = 512
LEGITIMATE_PER_FRAUD = 15  # more negatives cost time and gained nothing
MINIMUM_LEGITIMATE = 8_000  # per epoch, when frauds are few
MINIMUM_STEPS = 200  # a small chunk is gone through more often: too few steps learn nothing


@dataclass(frozen=True)
class FitReport:
    """How fitting went: the mean loss of the last epoch, over the rows drawn for it."""

    epochs: int
    loss: float


def fit(network: FraudNetwork, chunk: Sample, replay: Sample, epochs: int, generator: torch.Generator) -> FitReport:
    """Train in place, for `epochs` or as many more as a small chunk needs.

    Each epoch takes every fraud and draws negatives afresh, a third of them from the chunk.
    """
    architecture = network.architecture
    drawer = _Drawer(chunk, replay)
    steps_per_epoch = -(-drawer.rows_per_epoch // BATCH_ROWS)
    epochs = max(epochs, -(-MINIMUM_STEPS // steps_per_epoch))
    optimizer = OneCycleAdamW(
        network.parameters(),
        peak=architecture.learning_rate,
        weight_decay=architecture.weight_decay,
        steps=epochs * steps_per_epoch,
    )
    loss = 0.0
    for _ in range(epochs):
        rows = drawer.draw(generator)
        loss = _epoch(network, optimizer, rows)
    return FitReport(epochs, loss)


def _epoch(network: FraudNetwork, optimizer: OneCycleAdamW, rows: Sample) -> float:
    total = 0.0
    target = rows.is_fraud.float()
    for values, is_fraud in zip(rows.values.split(BATCH_ROWS), target.split(BATCH_ROWS), strict=True):
        logits = network.member_logits(network.encode(values))
        wanted = is_fraud[:, None].expand_as(logits)
        loss = binary_cross_entropy_with_logits(logits, wanted)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(wanted)
    return total / len(rows)


def calibrate(network: FraudNetwork, rows: Sample) -> None:
    """Set the Platt parameters; they also undo the drawing of negatives, because weights count all of them."""
    with torch.no_grad():
        network.platt.copy_(torch.tensor(platt(network.logit(rows.values), rows.is_fraud, rows.weight)))


class _Drawer:
    """Draws the rows of one epoch."""

    def __init__(self, chunk: Sample, replay: Sample) -> None:
        both = chunk.join(replay)
        self._both = both
        self._frauds = torch.nonzero(both.is_fraud)[:, 0]
        legitimate = torch.nonzero(~both.is_fraud)[:, 0]
        self._new, self._old = legitimate[legitimate < len(chunk)], legitimate[legitimate >= len(chunk)]
        wanted = max(MINIMUM_LEGITIMATE, LEGITIMATE_PER_FRAUD * len(self._frauds))
        self._new_drawn = min(len(self._new), wanted // 3 if len(self._old) else wanted)
        self._old_drawn = min(len(self._old), wanted - self._new_drawn)

    @property
    def rows_per_epoch(self) -> int:
        return len(self._frauds) + self._new_drawn + self._old_drawn

    def draw(self, generator: torch.Generator) -> Sample:
        new = self._new[torch.randperm(len(self._new), generator=generator)[: self._new_drawn]]
        old = self._old[torch.randperm(len(self._old), generator=generator)[: self._old_drawn]]
        rows = torch.cat([self._frauds, new, old])
        return self._both.take(rows[torch.randperm(len(rows), generator=generator)])
