"""Learning one chunk: from the parent's checkpoint and the chunk's rows to the child's checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from training.families import FAMILIES
from training.fitting import FitReport, calibrate, fit
from training.network import FraudNetwork
from training.sample import Sample
from training.warm_start import adopt, fit_encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.checkpoint import Checkpoint


@dataclass(frozen=True)
class Learned:
    """A trained network, the sample for its children, and how training went."""

    network: FraudNetwork
    replay: Sample
    fit: FitReport


def learn(  # noqa: PLR0913
    family: str,
    chunk: Sample,
    parent: Checkpoint | None,
    features: Mapping[str, str],
    *,
    epochs: int | None = None,
    seed: int = 0,
) -> Learned:
    """Train a family's network on a chunk; `features` are name and hash of each input in order.

    The same arguments give the same network on the same machine. `epochs` None is the family's own.
    """
    torch.set_num_threads(1)  # such matrices are too small for more
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = FraudNetwork(FAMILIES[family], len(features))
    replay = chunk.take(torch.arange(0))
    index = known_to(parent, features) if parent else []
    if parent:
        replay = parent.replay.with_features(index)
    kept = chunk.join(replay).thinned(generator)
    fit_encoding(network, kept.values, kept.is_fraud)
    if parent:
        adopt(network, parent.network, index)
    report = fit(network, chunk, replay, epochs or FAMILIES[family].epochs, generator)
    calibrate(network, kept)
    return Learned(network.eval(), kept, report)


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
