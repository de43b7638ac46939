"""Learning one chunk: from the parent's checkpoint and the chunk's rows to the child's checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from training.device import CPU, make_repeatable
from training.epoch_pool import LEGITIMATE_PER_FRAUD
from training.families import FAMILIES
from training.fitting import FitReport, calibrate, fit
from training.network import FraudNetwork
from training.sample import Sample
from training.warm_start import adopt, fit_encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.checkpoint import Checkpoint
    from training.savepoint import Savepoint

# A mature parent is continued briefly; a younger one, whose bins and weights still change a lot, is trained at length.
MATURE_FRAUDS = 2_000  # in the parent's replay sample
RECALLED, MINIMUM_RECALLED = 3, 1_000  # replayed frauds: per fraud of the chunk, and at least
BINNED_LEGITIMATE = 20_000  # fewer make the borders vary from chunk to chunk
CALIBRATED_FRAUDS, CALIBRATED_LEGITIMATE = 1_500, 6_000


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
    device: torch.device = CPU,
    savepoint: Savepoint | None = None,
) -> Learned:
    """Train a family's network on a chunk; `features` are name and hash of each input in order.

    The same arguments give the same network on the same machine, wherever an interrupted fit is gone on with from its
    savepoint. `epochs` None is the family's own. Only fitting happens on the device; what comes back is on the CPU.
    """
    generator = make_repeatable(seed)
    network = FraudNetwork(FAMILIES[family], len(features))
    replay = chunk.take(torch.arange(0))
    index = known_to(parent, features) if parent else []
    if parent:
        replay = parent.replay.with_features(index)
    kept = chunk.join(replay).thinned(generator)
    is_brief = parent is not None and None not in index and int(replay.is_fraud.sum()) >= MATURE_FRAUDS
    some = kept.thinned(generator, legitimate=BINNED_LEGITIMATE) if is_brief else kept
    fit_encoding(network, some.values, some.is_fraud)
    if parent:
        adopt(network, parent.network, index)
    if is_brief:
        replay = recalled(chunk, replay, generator)
    own_epochs = FAMILIES[family].continued_epochs if is_brief else FAMILIES[family].epochs
    network.to(device)
    report = fit(network, chunk, replay, epochs or own_epochs, generator, is_brief=is_brief, savepoint=savepoint)
    network.to(CPU)
    calibrate(network, kept.thinned(generator, CALIBRATED_FRAUDS, CALIBRATED_LEGITIMATE) if is_brief else kept)
    return Learned(network.eval(), kept, report)


def recalled(chunk: Sample, replay: Sample, generator: torch.Generator) -> Sample:
    """Return the part of the replay sample that a mature model learns again beside a chunk, in proportion to the chunk."""
    frauds = max(MINIMUM_RECALLED, RECALLED * int(chunk.is_fraud.sum()))
    return replay.thinned(generator, frauds, LEGITIMATE_PER_FRAUD * frauds)


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
