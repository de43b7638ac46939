"""Chunk and replay sample are learned with odds that are right in each, but for one factor in both."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable import FEATURES, checkpoint, rows

from training.model import learning
from training.model.epoch_pool import LEGITIMATE_PER_FRAUD, MINIMUM_LEGITIMATE, EpochPool
from training.model.families import ARCHITECTURES
from training.model.learning import learn
from training.model.network import FraudNetwork
from training.model.sample import Sample

NOISY = {**FEATURES, "noise": "n1"}
NETWORK = FraudNetwork(ARCHITECTURES["baseline"], 1)
CHUNK, REPLAY = 1.0, 2.0  # the one feature says where a row is from


def source(name: float, frauds: int, legitimate: int, stands_for: tuple[float, float]) -> Sample:
    """Rows of one source, each class with its weight."""
    is_fraud = torch.arange(frauds + legitimate) < frauds
    weight = torch.where(is_fraud, *stands_for)
    return Sample(torch.full((len(is_fraud), 1), name), is_fraud, weight)


def pool_of(chunk: Sample, replay: Sample, *, is_brief: bool) -> EpochPool:
    """Whose codes still tell the sources apart."""
    NETWORK.mean.zero_(), NETWORK.scale.fill_(1.0)
    return EpochPool(NETWORK, chunk, replay, torch.Generator().manual_seed(0), is_brief=is_brief)


def learned_shares(pool: EpochPool) -> dict[float, tuple[float, float]]:
    """What frauds and legitimate rows of each source count in one epoch."""
    drawn = pool.draw(torch.Generator().manual_seed(1))
    code = pool.encoding.smooth[drawn, 1]  # the standardised value
    target, weight = pool.target[drawn], pool.weight[drawn]
    found = {}
    for name in (CHUNK, REPLAY):
        is_here = torch.isclose(code, torch.tensor(1.0 + name).log())
        found[name] = tuple(float(weight[is_here & (target == label)].sum()) for label in (1, 0))
    return found


@settings(max_examples=60, deadline=None)
@given(
    frauds=st.tuples(st.integers(0, 300), st.integers(1, 600)),
    legitimate=st.tuples(st.integers(50, 9_000), st.integers(50, 9_000)),
    stands_for=st.tuples(st.floats(1.0, 20.0), st.floats(1.0, 50.0)),
    is_brief=st.booleans(),
)
def test_every_source_has_its_own_share_of_frauds_times_one_factor(
    frauds: tuple[int, int], legitimate: tuple[int, int], stands_for: tuple[float, float], is_brief: bool
) -> None:
    """However many rows it has, whatever they stand for; a chunk without frauds too counts with its legitimate rows."""
    chunk = source(CHUNK, frauds[0], legitimate[0], (1.0, 1.0))
    replay = source(REPLAY, frauds[1], legitimate[1], stands_for)
    pool = pool_of(chunk, replay, is_brief=is_brief)
    shares, true = learned_shares(pool), {CHUNK: chunk, REPLAY: replay}
    per_legitimate = [shares[name][1] / float(of.weight[~of.is_fraud].sum()) for name, of in true.items()]
    of_past = frauds[1] / float(replay.weight[replay.is_fraud].sum())
    assert per_legitimate[1] == pytest.approx(per_legitimate[0] * of_past, rel=1e-3)
    for name, of in true.items():
        if of.is_fraud.any():
            odds = float(of.weight[of.is_fraud].sum()) / float(of.weight[~of.is_fraud].sum())
            assert shares[name][0] / shares[name][1] == pytest.approx(pool.odds * odds, rel=1e-3)
    assert float(pool.weight[pool.draw(torch.Generator())].mean()) == pytest.approx(1.0, rel=1e-3)


def test_the_factor_is_that_of_the_declared_ratio() -> None:
    """Fifteen legitimate transactions count per fraud, or all that there are."""
    rare = source(CHUNK, 1_000, 200_000, (1.0, 1.0))
    nothing = rare.take(torch.arange(0))
    assert pool_of(rare, nothing, is_brief=False).odds == pytest.approx(200 / LEGITIMATE_PER_FRAUD)
    few = source(CHUNK, 10, MINIMUM_LEGITIMATE // 2, (1.0, 1.0))
    assert pool_of(few, nothing, is_brief=False).odds == 1.0


def with_noise(sample: Sample, *, is_known: bool) -> Sample:
    """The same rows with a feature that says nothing."""
    noise = torch.rand(len(sample), 1, generator=torch.Generator().manual_seed(9))
    return replace(sample, values=torch.cat([sample.values, noise if is_known else torch.full_like(noise, torch.nan)], 1))


def expected(chunk: Sample, judged: Sample, before: Sample) -> float:
    """Frauds that a mature model announces after having learned a chunk."""
    parent = checkpoint(learn("light", before, None, NOISY))
    child = learn("light", chunk, parent, NOISY).network
    return float(child(judged.values).detach().sum())


def test_noise_that_the_past_lacks_moves_no_odds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many frauds are expected as without it."""
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 100)
    before = with_noise(rare(rows(24_000, seed=11)), is_known=False)
    chunk, judged = rare(rows(6_000, seed=12)), rare(rows(12_000, seed=13))
    known, unknown = (
        expected(with_noise(chunk, is_known=is_known), with_noise(judged, is_known=is_known), before) for is_known in (True, False)
    )
    assert known == pytest.approx(unknown, rel=0.05)


def rare(sample: Sample, share: float = 0.15) -> Sample:
    """A part of the frauds, and everything else."""
    return sample.take(
        torch.nonzero(~sample.is_fraud | (torch.rand(len(sample), generator=torch.Generator().manual_seed(3)) < share))[:, 0]
    )
