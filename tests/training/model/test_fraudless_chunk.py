"""A chunk without a single fraud: the model goes on as it was, and the replay sample takes note."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from learnable import FEATURES, checkpoint, rows

from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.running_calibration import RunningCalibration
from training.model.sample import Sample

UNSEEN = rows(2_000, seed=3)


@pytest.fixture(scope="module")
def first() -> Checkpoint:
    """A light model that knows the rule of the amount."""
    return checkpoint(learn("light", rows(4_000), None, FEATURES))


@pytest.fixture(scope="module")
def quiet() -> Sample:
    """A chunk whose legitimate rows are all there is."""
    whole = rows(4_000, seed=1)
    return whole.take(torch.nonzero(~whole.is_fraud)[:, 0])


def test_nobody_is_scored_otherwise_after_a_week_without_fraud(first: Checkpoint, quiet: Sample) -> None:
    """To the bit; fitted beside the past, its rows would only say that frauds look less like them."""
    learned = learn("light", quiet, first, FEATURES)
    assert torch.equal(learned.network(UNSEEN.values), first.network(UNSEEN.values))
    assert (learned.fit.epochs, learned.fit.loss) == (0, None)


def test_its_legitimate_rows_are_learned_with_the_next_chunk(first: Checkpoint, quiet: Sample) -> None:
    """By the replay sample, in which everybody is counted."""
    kept = learn("light", quiet, first, FEATURES).replay
    of_fraud, before = kept.weight[kept.is_fraud].sum(), first.replay.weight[first.replay.is_fraud].sum()
    assert float(of_fraud) == pytest.approx(float(before))
    assert float(kept.weight.sum()) == pytest.approx(float(first.replay.weight.sum()) + len(quiet), rel=1e-4)


def test_that_there_were_none_is_remembered_so_that_a_second_quiet_chunk_is_believed(first: Checkpoint, quiet: Sample) -> None:
    """Slope and shift stay as they are."""
    before = RunningCalibration.from_tensor(first.network.calibration)
    after = RunningCalibration.from_tensor(learn("light", quiet, first, FEATURES).network.calibration)
    assert after == replace(before, doubted=-1)


def test_a_late_report_or_a_new_feature_is_learned_all_the_same(first: Checkpoint, quiet: Sample) -> None:
    """Something is said then."""
    late = rows(400, seed=2).take(torch.arange(400))
    assert learn("light", quiet, first, FEATURES, late=late).fit.epochs > 0
    assert learn("light", quiet, first, {**FEATURES, "amount": "a2"}).fit.epochs > 0


def test_a_first_chunk_without_frauds_is_learned_as_it_is(quiet: Sample) -> None:
    """There is nothing yet that could go on."""
    learned = learn("light", quiet, None, FEATURES)
    assert float(learned.network(UNSEEN.values).detach().max()) < 0.5
