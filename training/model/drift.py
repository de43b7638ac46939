"""Whether frauds have changed: how well a parent ranks a chunk that it has not seen, compared with the chunks before."""

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
REFERENCE_CHUNKS, MINIMUM_REFERENCE_CHUNKS = (
    6,
    2,
)  # the reference window: the newest chunks, as they ranked before they were learned
MINIMUM_FRAUDS = 30  # below, chance makes an average precision
DRIFTED_SHARE = 0.7  # of the reference's median average precision; weeks of one kind of fraud differ by a tenth


def parent_index(parent: Checkpoint, features: Mapping[str, str]) -> list[int | None]:
    """Return the position of each feature among the parent's inputs, None where the parent lacks it or computed it otherwise."""
    positions = {pair: index for index, pair in enumerate(parent.feature_hashes.items())}
    return [positions.get(pair) for pair in features.items()]


def parent_probabilities(parent: Checkpoint, values: torch.Tensor, features: Mapping[str, str]) -> torch.Tensor:
    """Return the fraud probabilities that the parent gives `values` [rows, features]; it reads its own features alone."""
    by_name = {name: index for index, name in enumerate(features)}
    index = [by_name.get(name) for name in parent.feature_hashes]
    rows = Sample.of(values, torch.zeros(len(values), dtype=torch.bool)).with_features(index)
    with torch.no_grad():
        probabilities: torch.Tensor = parent.network(rows.values)
    return probabilities


def prequential_precision(
    parent: Checkpoint, chunk: Sample, features: Mapping[str, str], generator: torch.Generator
) -> float | None:
    """Return the parent's average precision on a chunk before it is learned; None without frauds.

    Test, then train: A. P. Dawid, Statistical theory: the prequential approach (1984).
    """
    if not chunk.is_fraud.any():
        return None
    some = chunk.thinned(generator, frauds=len(chunk), legitimate=JUDGED_LEGITIMATE)
    scores = parent_probabilities(parent, some.values, features)
    return average_precision(scores.numpy(), some.is_fraud.numpy(), some.weight.numpy())


def has_drifted(reference: Sequence[float], current: float | None) -> bool:
    """Return True if the parent ranked a chunk much worse than it ranked the chunks of the reference window.

    >>> has_drifted([0.7, 0.6, 0.8], 0.4), has_drifted([0.7, 0.6, 0.8], 0.6), has_drifted([0.7], 0.1), has_drifted([0.7, 0.7], None)
    (True, False, False, False)
    """
    return current is not None and len(reference) >= MINIMUM_REFERENCE_CHUNKS and current < DRIFTED_SHARE * median(reference)


def next_reference(reference: Sequence[float], current: float | None) -> list[float]:
    """Return the reference window of the next chunk: the newest few, or none yet after a drift."""
    if has_drifted(reference, current):
        return []
    return list(reference) if current is None else [*reference, current][-REFERENCE_CHUNKS:]


def supported_precision(precision: float | None, chunk: Sample) -> float | None:
    """Return an average precision if its support, the chunk's frauds, is large enough; else None."""
    return precision if int(chunk.is_fraud.sum()) >= MINIMUM_FRAUDS else None
