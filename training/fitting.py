"""Fitting a network to one chunk and the replay sample: whole-tensor batches, one pass of a one-cycle schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from training.calibration import platt
from training.epoch_pool import EpochPool
from training.optimizer import OneCycleAdamW

if TYPE_CHECKING:
    from training.network import FraudNetwork
    from training.sample import Sample

BATCH_ROWS = 512
MINIMUM_STEPS = 100  # a small chunk is gone through more often: too few steps learn nothing
CONTINUED_RATE = 0.5  # of the learning rate where a parent is gone on with at length: the full rate forgets rare patterns


@dataclass(frozen=True)
class FitReport:
    """How fitting went, epoch by epoch: mean loss over the rows drawn for it, and the learning rate it ended with."""

    losses: tuple[float, ...]
    learning_rates: tuple[float, ...]

    @property
    def epochs(self) -> int:
        """How often rows were drawn."""
        return len(self.losses)

    @property
    def loss(self) -> float:
        """The mean loss of the last epoch."""
        return self.losses[-1]


def fit(  # noqa: PLR0913
    network: FraudNetwork, chunk: Sample, replay: Sample, epochs: int, generator: torch.Generator, *, is_brief: bool = False
) -> FitReport:
    """Train in place, for `epochs` or as many more as a small chunk needs; a replay sample means that a parent is continued.

    Each epoch takes every fraud and draws negatives afresh, a third of them from the chunk; fewer where `is_brief`.
    """
    architecture = network.architecture
    pool = EpochPool(network, chunk, replay, generator, is_brief=is_brief)
    steps_per_epoch = -(-pool.rows_per_epoch // BATCH_ROWS)
    epochs = max(epochs, -(-MINIMUM_STEPS // steps_per_epoch))
    optimizer = OneCycleAdamW(
        network.parameters(),
        peak=architecture.learning_rate * (CONTINUED_RATE if len(replay) and not is_brief else 1.0),
        weight_decay=architecture.weight_decay,
        steps=epochs * steps_per_epoch,
    )
    losses = [_epoch(network, optimizer, pool, pool.draw(generator)) for _ in range(epochs)]
    rates = [optimizer.rate_after(epoch * steps_per_epoch) for epoch in range(1, epochs + 1)]
    return FitReport(tuple(losses), tuple(rates))


def _epoch(network: FraudNetwork, optimizer: OneCycleAdamW, pool: EpochPool, rows: torch.Tensor) -> float:
    total = 0.0
    for part in rows.split(BATCH_ROWS):
        logits = network.member_logits(pool.encoding[part])
        target, weight = (column[part][:, None].expand_as(logits) for column in (pool.target, pool.weight))
        loss = binary_cross_entropy_with_logits(logits, target, weight)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(part)
    return total / len(rows)


def calibrate(network: FraudNetwork, rows: Sample) -> None:
    """Set the Platt parameters; they also undo the drawing of negatives, because weights count all of them."""
    with torch.no_grad():
        network.platt.copy_(torch.tensor(platt(network.logit(rows.values), rows.is_fraud, rows.weight)))
