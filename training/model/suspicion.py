"""Which legitimate rows are worth learning: those that a parent takes for frauds.

A fit draws a few legitimate rows of many, and a replay sample keeps a few. Drawn evenly, nearly all are rows that any model ranks
low already, from which nothing is left to learn: the gradient of a row's cross entropy is in proportion to the odds that are wrong.
Rows are therefore drawn half in proportion to the fraud probability that the parent gives them, half evenly, for what the parent
may be wrong about, and stand for the fewer others the sooner they are drawn (importance sampling).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.model.network import FraudNetwork

EVEN_SHARE = 0.5  # of what is drawn


def suspected(samples: Sequence[Sample], network: FraudNetwork, places: Sequence[int]) -> list[Sample]:
    """Return the samples with the suspicion of each legitimate row, 1 on average; `places` are the network's features among theirs.

    The probabilities are those of the odds that the network was fitted to, fifteen legitimate rows per fraud, as it will be again.
    """
    rows = Sample.joined(samples)
    with torch.no_grad():
        probability = torch.sigmoid(network.logit(rows.with_features(list(places)).values))
    weight = torch.where(rows.is_fraud, 0.0, rows.weight)
    mean = (weight * probability).sum() / weight.sum().clamp_min(1.0)
    suspicion = EVEN_SHARE + (1.0 - EVEN_SHARE) * probability / mean.clamp_min(torch.finfo(mean.dtype).tiny)
    parts = torch.where(rows.is_fraud, 1.0, suspicion).split([len(sample) for sample in samples])
    return [replace(sample, suspicion=part) for sample, part in zip(samples, parts, strict=True)]
