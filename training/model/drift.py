"""Whether frauds have changed: how well a parent ranks a chunk that it has not seen, compared with the chunks before.

Three things are told apart. What the model sees may change (`training.online.covariates`), there may be more or fewer frauds
(`usual_shares`), and frauds may look otherwise than before. Only the last makes what is remembered wrong, and only that is
decided here: precision is taken as if every chunk had the same share of frauds, and one chunk alone decides nothing.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import torch

from training.model.drift_limits import MINIMUM_FRAUDS, STANDARD_SHARE
from training.model.ranking import Ranking, average_precision
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.model.checkpoint import Checkpoint

    Concept = Literal["usual", "suspected", "drifted"]

JUDGED_LEGITIMATE = 10_000  # each counts for those left out
REFERENCE_CHUNKS, MINIMUM_REFERENCE_CHUNKS = (
    6,
    2,
)  # the reference window: the newest chunks, as they ranked before they were learned
DRIFTED_SHARE = 0.7  # of the reference's median average precision; weeks of one kind of fraud differ by a tenth


class Ranked(NamedTuple):
    """How well a parent ranks a chunk before it is learned, and the chunk's share of frauds."""

    average_precision: float
    adjusted_precision: float  # at the standard share of frauds
    auc_roc: float
    fraud_share: float
    frauds: int

    @property
    def supported(self) -> float | None:
        """The precision to compare with other chunks', None where chance could have made it."""
        return self.adjusted_precision if self.frauds >= MINIMUM_FRAUDS else None


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


def ranked(parent: Checkpoint, chunk: Sample, features: Mapping[str, str], generator: torch.Generator) -> Ranked | None:
    """Return how the parent ranks a chunk before it is learned; None without frauds.

    Test, then train: A. P. Dawid, Statistical theory: the prequential approach (1984).
    """
    if not chunk.is_fraud.any():
        return None
    some = chunk.thinned(generator, frauds=len(chunk), legitimate=JUDGED_LEGITIMATE)
    scores = parent_probabilities(parent, some.values, features).numpy()
    is_fraud, weight = some.is_fraud.numpy(), some.weight.numpy().astype(float)
    share = float(weight[is_fraud].sum() / weight.sum())
    curves = Ranking(scores, is_fraud, np.arange(len(scores))).curves(weight[None])
    return Ranked(
        average_precision=float(curves.average_precision()[0]),
        adjusted_precision=average_precision(scores, is_fraud, at_standard_share(is_fraud, weight)),
        auc_roc=float(curves.auc_roc()[0]),
        fraud_share=share,
        frauds=int(is_fraud.sum()),
    )


def at_standard_share(is_fraud: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the weights at which frauds have the standard share: how they rank is unchanged, how many there are no longer counts.

    >>> at_standard_share(np.array([True, True, False]), np.ones(3)).round(2).tolist()
    [1.0, 1.0, 198.0]
    """
    frauds, legitimate = weight[is_fraud].sum(), weight[~is_fraud].sum()
    factor = frauds * (1.0 - STANDARD_SHARE) / STANDARD_SHARE / max(legitimate, np.finfo(float).tiny)
    return np.where(is_fraud, weight, factor * weight)


def is_far_below(reference: Sequence[float], current: float | None) -> bool:
    """Return True if the parent ranked a chunk much worse than it ranked the chunks of the reference window.

    >>> [is_far_below([0.7, 0.6, 0.8], current) for current in (0.4, 0.6, None)], is_far_below([0.7], 0.1)
    ([True, False, False], False)
    """
    return current is not None and len(reference) >= MINIMUM_REFERENCE_CHUNKS and current < DRIFTED_SHARE * median(reference)


def concept_of(reference: Sequence[float], current: float | None, *, is_second: bool) -> Concept:
    """Tell what a chunk says of the frauds: one that is ranked far below the usual is suspected, the second in a row has drifted.

    >>> [concept_of([0.7, 0.8], 0.2, is_second=is_second) for is_second in (False, True)]
    ['suspected', 'drifted']
    """
    if not is_far_below(reference, current):
        return "usual"
    return "drifted" if is_second else "suspected"


def next_reference(reference: Sequence[float], current: float | None, concept: Concept) -> list[float]:
    """Return the reference window of the next chunk: the newest few usual ones, or none yet after a drift.

    >>> [next_reference([0.7, 0.8], 0.2, concept) for concept in ("suspected", "drifted")], next_reference([0.7], 0.8, "usual")
    ([[0.7, 0.8], []], [0.7, 0.8])
    """
    if concept == "drifted":
        return []
    if concept == "suspected" or current is None:
        return list(reference)
    return [*reference, current][-REFERENCE_CHUNKS:]
