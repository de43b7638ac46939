"""Learning one chunk: from the parent's checkpoint and the chunk's rows to the child's checkpoint."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from training.model.checkpoint import Checkpoint
from training.model.device import CPU, make_repeatable
from training.model.drift import JUDGED_LEGITIMATE, parent_index
from training.model.epoch_pool import LEGITIMATE_PER_FRAUD, EpochPool
from training.model.families import ARCHITECTURES
from training.model.fitting import FitReport, fit
from training.model.hidden_past import pasts_of
from training.model.memory import corrected, recall
from training.model.network import FraudNetwork
from training.model.running_calibration import RunningCalibration
from training.model.sample import Sample
from training.model.suspicion import suspected
from training.model.warm_start import adopt, fit_encoding, wakes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.model.families import Architecture
    from training.model.memory import Memory
    from training.model.savepoint import Savepoint

# Bins are cut anew while few frauds are known, then only once many more are: new bins separate frauds better, but disturb the rest.
YOUNG_FRAUDS, REBIN_GROWTH = 2_000, 1.6
CONTINUED_RATE = 0.5  # of the learning rate where a parent's training continues at length: the full rate forgets rare patterns
NOTHING_FITTED = FitReport((), ())
REPLAYED_PER_FRAUD, MINIMUM_REPLAYED = 2, 1_000  # replayed frauds: per fraud of the chunk, and at least


@dataclass(frozen=True)
class Learned:
    """A trained network, what it leaves to its children, how training went, and what the chunk said to the parent's memory."""

    family: str
    feature_hashes: dict[str, str]
    network: FraudNetwork
    replay: Sample
    fit: FitReport
    is_brief: bool
    memory: Memory

    @property
    def has_drifted(self) -> bool:
        """Whether frauds have changed, so that the past was cut."""
        return self.memory.concept == "drifted"

    def checkpoint(self, version: str, chunks: Sequence[str], **told: Any) -> Checkpoint:
        """Return what the next chunk starts from; `told` is what a job knows besides: lineage, labels, report, provenance."""
        return Checkpoint(
            family=self.family,
            version=version,
            chunks=list(chunks),
            feature_hashes=self.feature_hashes,
            network=self.network,
            replay=self.replay,
            usual_precisions=self.memory.usual_precisions,
            usual_shares=self.memory.usual_shares,
            suspected=self.memory.suspected,
            forgotten=self.memory.forgotten,
            **told,
        )


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
    late: Sample | None = None,
) -> Learned:
    """Train a family's network on a chunk; `features` are name and hash of each input in order, rows stand in the order of time.

    Where the parent's bins still fit, its training continues briefly; otherwise bins are cut anew and the network is trained at
    length. The same arguments give the same network on the same machine, also where an interrupted fit resumes from its
    savepoint. `epochs` None is the family's own. Only fitting happens on the device; the network returned is on the CPU.
    `late` are rows of the past as they are known by now: each is learned, and what the replay sample said of it is gone.
    Of a chunk without frauds only the replay sample takes note, and the parent's network goes on.
    """
    generator, architecture = make_repeatable(seed), ARCHITECTURES[family]
    late = chunk.take(torch.arange(0)) if late is None or parent is None else late
    memory = recall(parent and corrected(parent, late), chunk, features, generator)
    replay = memory.replay
    seen, replay, late = looked_at([chunk, replay, late], architecture, parent, features)
    kept = Sample.joined([seen, replay, late]).thinned(generator)
    is_calm = memory.concept == "usual" and (parent is None or parent.suspected is None)
    is_brief = parent is not None and is_calm and bins_fit(parent, features, kept)
    network = FraudNetwork(architecture, len(features))
    if parent is not None and says_nothing(chunk, late, parent, features):
        network.load_state_dict(parent.network.state_dict())
        remember_quiet(network, chunk)
        sample = replace(kept, suspicion=None)
        return Learned(family, dict(features), network.eval(), sample, NOTHING_FITTED, is_brief=True, memory=memory)
    if parent is not None and is_brief:
        network.load_state_dict(parent.network.state_dict())
        replay, schedule = replayed(replay, chunk, generator), architecture.briefly
    else:
        fit_encoding(network, kept.values, kept.is_fraud)
        schedule = architecture.at_length
        if parent:
            adopt(network, parent.network, parent_index(parent, features))
            schedule = schedule._replace(rate=CONTINUED_RATE * schedule.rate)
        if int(kept.is_fraud.sum()) >= YOUNG_FRAUDS:
            network.begin_background()
    network.to(device)
    pool = EpochPool(network, seen, replay.join(late), generator, is_brief=is_brief, pasts=pasts_of(features))
    report = fit(network, pool, schedule._replace(epochs=epochs or schedule.epochs), generator, savepoint)
    network.to(CPU)
    network.calibrate(calibration_of(network, pool.odds, chunk, parent, features, generator))
    return Learned(family, dict(features), network.eval(), replace(kept, suspicion=None), report, is_brief, memory)


def looked_at(
    samples: list[Sample], architecture: Architecture, parent: Checkpoint | None, features: Mapping[str, str]
) -> list[Sample]:
    """Return the rows with what the parent suspects of them, if the family looks at every row and has such a parent."""
    if not architecture.looks_at_every_row or parent is None or not parent.feature_hashes.items() <= features.items():
        return samples
    return suspected(samples, parent.network, [list(features).index(name) for name in parent.feature_hashes])


def says_nothing(chunk: Sample, late: Sample, parent: Checkpoint, features: Mapping[str, str]) -> bool:
    """Return True for a chunk without a fraud that brings no late one and no feature that the parent does not read.

    There is nothing that its rows could be told from: fitted beside the past, they would only say that frauds look less like them.
    """
    return not (chunk.is_fraud.any() or late.is_fraud.any()) and list(parent.feature_hashes.items()) == list(features.items())


def remember_quiet(network: FraudNetwork, chunk: Sample) -> None:
    """Tell a network's calibration that a chunk had no frauds: nothing else of it moves."""
    state = RunningCalibration.from_tensor(network.calibration)
    with torch.no_grad():
        network.calibrate(state.after(network.logit(chunk.values), chunk.is_fraud, chunk.weight.double()))


def calibration_of(  # noqa: PLR0913, PLR0917
    network: FraudNetwork,
    odds: float,
    chunk: Sample,
    parent: Checkpoint | None,
    features: Mapping[str, str],
    generator: torch.Generator,
) -> RunningCalibration:
    """Return a child's calibration: the parent's, after what it said of the chunk before anyone learned it.

    By its shift, the child expects as many frauds of the chunk as the parent does, corrected: whatever else the child has taken
    the chunk's share of frauds for, as a feature that the past lacks, has no say in it.
    """
    base = -math.log(odds)
    if parent is None:
        return RunningCalibration(base)
    before = RunningCalibration.from_tensor(parent.network.calibration)
    if not parent.feature_hashes.items() <= features.items():  # what it said was about values that it does not know
        return replace(before, base=base)
    some = chunk.thinned(generator, len(chunk), JUDGED_LEGITIMATE)
    weight = some.weight.double()
    with torch.no_grad():
        said = parent.network.logit(some.with_features([list(features).index(name) for name in parent.feature_hashes]).values)
        after = before.after(said, some.is_fraud, weight)
        expected = float((weight * after.calibrated(said)).sum())
        return replace(after, base=base).anchored(network.logit(some.values), weight, expected)


def bins_fit(parent: Checkpoint, features: Mapping[str, str], kept: Sample) -> bool:
    """Return True if a parent's bins are of these features, and were cut for about as many frauds as are known now.

    A feature that was constant when they were cut, as declines are until something is declined, must be so still.
    """
    if list(parent.feature_hashes.items()) != list(features.items()) or wakes(parent.network, kept.values):
        return False
    known, binned = float(kept.is_fraud.sum()), float(parent.network.binned_frauds)
    return binned >= YOUNG_FRAUDS and known < REBIN_GROWTH * binned


def replayed(replay: Sample, chunk: Sample, generator: torch.Generator) -> Sample:
    """Return the part of the replay sample that is learned again beside a chunk, in proportion to the chunk."""
    frauds = max(MINIMUM_REPLAYED, REPLAYED_PER_FRAUD * int(chunk.is_fraud.sum()))
    return replay.thinned(generator, frauds, LEGITIMATE_PER_FRAUD * frauds)
