"""Slope and shift follow what was said of chunks before they were learned, and believe no single odd week."""

from __future__ import annotations

import doctest
from dataclasses import replace

import pytest
import torch
from learnable import FEATURES, checkpoint, rows

from training.model import running_calibration
from training.model.checkpoint import BEFORE, Checkpoint
from training.model.learning import learn
from training.model.running_calibration import RunningCalibration

CHANCE = torch.Generator().manual_seed(4)


def chunk(slope: float, shift: float, count: int = 20_000, mean: float = -4.0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What a network says of rows whose frauds come by another slope and shift, and each row's weight."""
    logit = mean + 2.0 * torch.randn(count, generator=CHANCE)
    is_fraud = torch.rand(count, generator=CHANCE) < torch.sigmoid(slope * logit + shift)
    return logit, is_fraud, torch.ones(count, dtype=torch.float64)


def expected(calibration: RunningCalibration, said: tuple[torch.Tensor, ...]) -> float:
    """Frauds that it announces."""
    return float(calibration.calibrated(said[0]).sum())


def test_it_finds_the_slope_and_stays_with_it() -> None:
    """Chunk by chunk, closer than any of them alone."""
    calibration = RunningCalibration()
    for _ in range(8):
        calibration = calibration.after(*chunk(0.7, -0.3))
    assert calibration.slope == pytest.approx(0.7, abs=0.04)
    said = chunk(0.7, -0.3)
    assert expected(calibration, said) == pytest.approx(float(said[1].sum()), rel=0.1)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_prevalence_that_halves_or_doubles_is_followed_at_once(factor: float) -> None:
    """By the first chunk that shows it."""
    calibration = RunningCalibration()
    for _ in range(4):
        calibration = calibration.after(*chunk(1.0, 0.0))
    changed = chunk(1.0, float(torch.tensor(factor).log()))
    before, after = (expected(one, changed) / float(changed[1].sum()) for one in (calibration, calibration.after(*changed)))
    assert abs(before - 1.0) > 0.3
    assert after == pytest.approx(1.0, abs=0.1)


def test_a_week_without_fraud_is_not_believed_however_often_it_comes() -> None:
    """Nothing is known of the odds of what does not happen; reports may be missing."""
    usual = RunningCalibration().after(*chunk(1.0, 0.0))
    logit, is_fraud, weight = chunk(1.0, 0.0)
    quiet = usual.after(logit, torch.zeros_like(is_fraud), weight).after(logit, torch.zeros_like(is_fraud), weight)
    assert (quiet.slope, quiet.shift, quiet.doubted) == (usual.slope, usual.shift, -1)


def test_a_jump_is_believed_when_the_next_chunk_says_so_too() -> None:
    """Six times the odds in one week may be a fault of the data, in two it is how things are."""
    usual = RunningCalibration().after(*chunk(1.0, 0.0))
    once = usual.after(*chunk(1.0, 2.5))
    twice = once.after(*chunk(1.0, 2.5))
    assert (once.shift, once.doubted) == (usual.shift, 1)
    assert (twice.shift > usual.shift + 1.0, twice.doubted) == (True, 0)
    assert once.after(*chunk(1.0, 0.0)).doubted == 0


def test_an_anchor_makes_as_many_frauds_expected_as_told() -> None:
    """Whatever the fit has bent."""
    said = chunk(1.0, 0.0)
    bent = replace(RunningCalibration(), base=1.3, slope=0.8)
    assert expected(bent.anchored(said[0], said[2], 321.0), said) == pytest.approx(321.0)


def test_a_checkpoint_keeps_it_and_an_older_one_begins_with_its_platt_scaling(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit; and the older one announces what it always did."""
    kept = checkpoint(learn("baseline", rows(600), checkpoint(learn("baseline", rows(600), None, FEATURES)), FEATURES))
    kept = replace(kept, family="baseline")
    read = Checkpoint.from_bytes(kept.to_bytes())
    assert torch.equal(read.network.calibration, kept.network.calibration)
    assert RunningCalibration.from_tensor(read.network.calibration).to_tensor().tolist() == kept.network.calibration.tolist()
    monkeypatch.setattr("training.model.checkpoint.SCHEMA", BEFORE)
    del kept.network.calibration
    older = Checkpoint.from_bytes(kept.to_bytes())
    begun = RunningCalibration.from_tensor(older.network.calibration)
    torch.testing.assert_close(begun.platt, kept.network.platt)


def test_the_example_holds() -> None:
    """The slope of what is too extreme."""
    assert doctest.testmod(running_calibration).failed == 0
