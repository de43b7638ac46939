"""A generated world's weeks, learned one after the other; each can be learned again otherwise, and judged two weeks later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from benchmarks.quality.data import lake_of, prepare
from cli.data.world import WorldSpecification, make_world
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import day_of
from training.comparison.weeks import plan_weeks
from training.evaluation.recalibration import expected_over_observed, slope_and_intercept
from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training.model.network import FraudNetwork

FAMILY = "light"
CUSTOMERS, FEWEST_CUSTOMERS, WEEKS, SEED = 1_000, 300, 26, 401
FIRST_JUDGED = 4  # chunks learned by then: before, windows of the past are still filling
LINKS = WEEKS - 2  # the newest week is judged, and the one before it has no labels yet
BLOCKED_AT = 0.8
DECLARED = len(load_manifest().inputs)


class Figures(NamedTuple):
    """What a model's probabilities say of judged rows, and what happened."""

    slope: float
    expected: float
    observed: float

    @property
    def ratio(self) -> float:
        """Expected over observed."""
        return self.expected / self.observed


@dataclass(frozen=True)
class Link:
    """One chunk of a chain, its parent, and the rows that its child is judged on; None in the first weeks."""

    number: int  # chunks learned, this one included
    chunk: Sample
    parent: Checkpoint | None
    child: FraudNetwork
    judged: Sample | None

    def learned(self, change: Callable[[Sample], Sample]) -> FraudNetwork:
        """Return the child of the same parent that a changed chunk makes."""
        return learn(FAMILY, change(self.chunk), self.parent, features_of(self.chunk)).network


def world(scale: float) -> list[tuple[Sample, Sample | None]]:
    """Return every chunk of a world, and what is judged by the time its labels are known, by the product's own road."""
    dataset = make_world(WorldSpecification(seed=SEED, customers=max(FEWEST_CUSTOMERS, round(CUSTOMERS * scale)), days=7 * WEEKS))
    starts = [dataset.first_day + timedelta(days=7 * week) for week in range(FIRST_JUDGED + 1, WEEKS)]
    weeks = plan_weeks(starts, dataset.first_day, day_of(dataset.newest_us), dataset.maturity_days)
    with lake_of(dataset) as lake:
        prepared = prepare(lake, weeks, dataset.maturity_days)
    by_last = {week.learned[-1]: prepared.judged[week.chunk] for week in weeks}
    judged = {
        chunk: Sample.of(torch.from_numpy(rows.values), torch.from_numpy(np.array(rows.holdout.is_fraud)))
        for chunk, rows in by_last.items()
    }
    return [(prepared.samples[chunk], judged.get(chunk)) for chunk in sorted(prepared.samples)]


def links(weeks: list[tuple[Sample, Sample | None]], *, is_blocking: bool = False) -> Iterator[Link]:
    """Learn chunk after chunk; with blocking, what the parent blocks is neither learned nor judged."""
    parent: Checkpoint | None = None
    for number, (sample, later) in enumerate(weeks, 1):
        chunk, judged = sample, later
        if is_blocking and parent is not None and number > FIRST_JUDGED:
            chunk, judged = let_through(parent.network, sample), later and let_through(parent.network, later)
        features = features_of(chunk)
        learned = learn(FAMILY, chunk, parent, features)
        yield Link(number, chunk, parent, learned.network, judged if number >= FIRST_JUDGED else None)
        parent = learned.checkpoint(str(number), [*(parent.chunks if parent else []), str(number)])


def features_of(sample: Sample) -> dict[str, str]:
    """Return name and hash of every input; what comes after the declared ones is noise."""
    declared = load_manifest().input_hashes
    return declared | {f"noise_{extra}": "" for extra in range(sample.values.shape[1] - len(declared))}


def let_through(network: FraudNetwork, rows: Sample) -> Sample:
    """Return what a model does not block."""
    with torch.no_grad():
        return rows.take(torch.nonzero(network(rows.values) < BLOCKED_AT)[:, 0])


def figures(network: FraudNetwork, judged: Sample) -> Figures:
    """Return slope, expected and observed frauds."""
    with torch.no_grad():
        probability = network(judged.values).double().numpy()
    rows = probability, judged.is_fraud.numpy(), np.arange(len(judged)), np.ones((1, len(judged)))
    observed = float(judged.is_fraud.sum())
    return Figures(float(slope_and_intercept(*rows)[0][0]), float(expected_over_observed(*rows)[0]) * observed, observed)


def halved(rows: Sample) -> Sample:
    """Return everything but every second fraud."""
    return without_every_second(rows, rows.is_fraud)


def doubled(rows: Sample) -> Sample:
    """Return everything but every second legitimate row: the odds of a fraud double."""
    return without_every_second(rows, ~rows.is_fraud)


def fraudless(rows: Sample) -> Sample:
    """Return the legitimate rows."""
    return rows.take(torch.nonzero(~rows.is_fraud)[:, 0])


def without_every_second(rows: Sample, of: torch.Tensor) -> Sample:
    """Return all rows but every second one of some."""
    return rows.take(torch.nonzero(~of | (of.cumsum(0) % 2 == 0))[:, 0])
