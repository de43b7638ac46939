"""Fitting a network to one chunk and the replay sample: whole-tensor batches, one pass of a one-cycle schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from training.model.batches import BATCH_ROWS, Batches
from training.model.network import with_odds
from training.model.optimizer import OneCycleAdamW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.model.epoch_pool import EpochPool
    from training.model.families import Schedule
    from training.model.network import Encoding, FraudNetwork
    from training.model.savepoint import Part, Savepoint

MINIMUM_STEPS = 100  # a small chunk is gone through more often: too few steps learn nothing


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
    def loss(self) -> float | None:
        """The mean loss of the last epoch; None where nothing was fitted."""
        return self.losses[-1] if self.losses else None


def fit(
    network: FraudNetwork, pool: EpochPool, schedule: Schedule, generator: torch.Generator, savepoint: Savepoint | None = None
) -> FitReport:
    """Train in place, for as many epochs as the schedule says or as a small pool needs; each draws its rows afresh.

    With a savepoint, an interrupted fit resumes where it stopped.
    """
    steps_per_epoch = -(-pool.rows_per_epoch // BATCH_ROWS)
    epochs = max(schedule.epochs, -(-MINIMUM_STEPS // steps_per_epoch))
    steps = epochs * steps_per_epoch
    optimizer = OneCycleAdamW(network.rates(), peak=schedule.rate, weight_decay=schedule.decay, steps=steps)
    batches = Batches(pool, epochs, generator)
    parts: Mapping[str, Part] = {"network": network, "optimizer": optimizer, "batches": batches}  # all that a step changes
    for rows in savepoint.resume(batches, parts) if savepoint else batches:
        target, weight = (column.index_select(0, rows)[:, None] for column in (pool.target, pool.weight))
        loss = loss_of(network, pool.encoding.take(rows), target, weight)
        loss.backward()
        optimizer.step()
        batches.add_learned(rows, loss)
    rates = [optimizer.rate_after(epoch * steps_per_epoch) for epoch in range(1, epochs + 1)]
    return FitReport(tuple(batches.losses), tuple(rates))


def loss_of(network: FraudNetwork, encoding: Encoding, target: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the weighted cross entropy of the logits, its mean over rows and members; target and weight are [rows, 1]."""
    logits = with_odds(*network.signs_and_background(encoding))
    loss: torch.Tensor = binary_cross_entropy_with_logits(logits, target.expand_as(logits), weight.expand_as(logits))
    return loss
