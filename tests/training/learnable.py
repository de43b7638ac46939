"""Rows that a network learns in a moment, and what a job leaves of it."""

from __future__ import annotations

import torch

from training.model.checkpoint import Checkpoint
from training.model.learning import Learned
from training.model.sample import Sample

FEATURES = {"amount": "a1", "count": "b1", "ratio": "c1"}


def rows(count: int, rule: str = "amount", seed: int = 0) -> Sample:
    """Rows whose frauds follow one rule; every tenth value is missing."""
    draw = torch.Generator().manual_seed(seed)
    values = torch.stack([torch.rand(count, generator=draw) * scale for scale in (300.0, 50.0, 1.0)], 1)
    is_fraud = (values[:, 0] > 270.0) if rule == "amount" else (values[:, 2] > 0.9) & (values[:, 1] > 25.0)
    values[torch.rand(count, 3, generator=draw) < 0.1] = torch.nan
    return Sample.of(values, is_fraud)


def checkpoint(learned: Learned) -> Checkpoint:
    """What a job would leave."""
    return learned.checkpoint("v", ["chunk"])
