"""What a parent brings along: which features it knew, how well it ranks what it has not seen, and whether frauds have changed."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import torch

from training.model.ranking import average_precision
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.model.checkpoint import Checkpoint

JUDGED_LEGITIMATE = 10_000  # each counts for those left out
REMEMBERED, FEWEST_REMEMBERED = 6, 2  # of the newest chunks, how well they were ranked before they were learned
TELLING_FRAUDS = 30
DRIFTED_SHARE = 0.7  # of the usual average precision; weeks of one kind of fraud differ by a tenth


def known_to(parent: Checkpoint, features: Mapping[str, str]) -> list[int | None]:
    """Return where each feature stood among the parent's inputs, None where it was absent or computed otherwise."""
    positions = {pair: index for index, pair in enumerate(parent.feature_hashes.items())}
    return [positions.get(pair) for pair in features.items()]


def parent_probabilities(parent: Checkpoint, values: torch.Tensor, features: Mapping[str, str]) -> torch.Tensor:
    """Return what the parent says about rows it has not seen; a feature it lacks is missing to it."""
    by_name = {name: index for index, name in enumerate(features)}
    index = [by_name.get(name) for name in parent.feature_hashes]
    rows = Sample.of(values, torch.zeros(len(values), dtype=torch.bool)).with_features(index)
    with torch.no_grad():
        probabilities: torch.Tensor = parent.network(rows.values)
    return probabilities


def prequential_precision(
    parent: Checkpoint, chunk: Sample, features: Mapping[str, str], generator: torch.Generator
) -> float | None:
    """Return the parent's average precision on a chunk before anyone learns it; None without frauds.

    Test, then train: A. P. Dawid, Statistical theory: the prequential approach (1984).
    """
    if not chunk.is_fraud.any():
        return None
    some = chunk.thinned(generator, frauds=len(chunk), legitimate=JUDGED_LEGITIMATE)
    scores = parent_probabilities(parent, some.values, features)
    return average_precision(scores.numpy(), some.is_fraud.numpy(), some.weight.numpy())


def has_drifted(usual: Sequence[float], now: float | None) -> bool:
    """Tell whether a chunk was ranked much worse than the chunks before it were.

    >>> has_drifted([0.7, 0.6, 0.8], 0.4), has_drifted([0.7, 0.6, 0.8], 0.6), has_drifted([0.7], 0.1), has_drifted([0.7, 0.7], None)
    (True, False, False, False)
    """
    return now is not None and len(usual) >= FEWEST_REMEMBERED and now < DRIFTED_SHARE * median(usual)


def remembered(usual: Sequence[float], now: float | None) -> list[float]:
    """Return what the next chunk is compared with: the newest few, or nothing yet where a new kind of fraud has begun."""
    if has_drifted(usual, now):
        return []
    return list(usual) if now is None else [*usual, now][-REMEMBERED:]


def telling(precision: float | None, chunk: Sample) -> float | None:
    """Return an average precision unless it stands on so few frauds that chance made it."""
    return precision if int(chunk.is_fraud.sum()) >= TELLING_FRAUDS else None
