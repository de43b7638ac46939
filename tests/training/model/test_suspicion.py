"""The family heavy looks at every row before it learns, and sees most of those that its parent is wrong about."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable import FEATURES, checkpoint, rows

from training.model import sample as sample_module
from training.model.checkpoint import Checkpoint
from training.model.epoch_pool import EpochPool
from training.model.families import ARCHITECTURES
from training.model.learning import learn
from training.model.network import FraudNetwork
from training.model.sample import Sample
from training.model.suspicion import suspected


def legitimate(suspicion: torch.Tensor, weight: torch.Tensor) -> Sample:
    """Rows of one class; the only feature is a row's number."""
    numbers = torch.arange(len(weight)).float()[:, None]
    return Sample(numbers, torch.zeros(len(weight), dtype=torch.bool), weight, suspicion=suspicion)


@settings(max_examples=15, deadline=None)
@given(st.integers(20, 200), st.floats(0.05, 0.95), st.integers(0, 10**6))
def test_whatever_is_drawn_stands_for_all(count: int, share: float, seed: int) -> None:
    """In all draws together, every group of rows counts as much as it weighs, however suspicious it is."""
    generator = torch.Generator().manual_seed(seed)
    all_rows = legitimate(torch.rand(count, generator=generator) * 20.0 + 0.5, torch.rand(count, generator=generator) * 9.0 + 1.0)
    limit = max(10, int(share * count))
    counted, draws = torch.zeros(count), 200
    for _ in range(draws):
        kept = all_rows.drawn(limit, generator)
        assert len(kept) == min(limit, count)
        assert float(kept.weight.sum()) == pytest.approx(float(all_rows.weight.sum()), rel=1e-4)
        counted.index_add_(0, kept.values[:, 0].long(), kept.weight / draws)
    is_suspicious = all_rows.suspicion > all_rows.suspicion.median()
    assert float(counted[is_suspicious].sum()) == pytest.approx(float(all_rows.weight[is_suspicious].sum()), rel=0.2)


def test_what_nobody_looked_at_is_drawn_evenly() -> None:
    """And keeps its weights."""
    kept = replace(legitimate(torch.ones(1_000), torch.full((1_000,), 3.0)), suspicion=None).drawn(100, torch.Generator())
    assert kept.weight.tolist() == [3.0] * 100


@pytest.mark.parametrize("is_brief", [False, True])
def test_suspicion_moves_no_odds(*, is_brief: bool) -> None:
    """In all epochs together, each source counts as if nobody had looked at its rows."""
    network, counted = FraudNetwork(ARCHITECTURES["baseline"], 1), {}
    for is_looked_at in (True, False):
        generator = torch.Generator().manual_seed(1)
        chunk, replay = (
            source(*of, generator if is_looked_at else None) for of in ((1.0, 100, 9_000, 1.0), (2.0, 300, 6_000, 20.0))
        )
        pool = EpochPool(network, chunk, replay, generator, is_brief=is_brief)
        drawn = torch.cat([pool.draw(generator) for _ in range(40)])
        is_chunk = pool.encoding.smooth[drawn, 1] < torch.tensor(2.5).log()
        counted[is_looked_at] = [
            float(pool.weight[drawn[is_here & (pool.target[drawn] == label)]].sum())
            for is_here in (is_chunk, ~is_chunk)
            for label in (0, 1)
        ]
    assert counted[True] == pytest.approx(counted[False], rel=0.03)


def source(name: float, frauds: int, honest: int, stands_for: float, generator: torch.Generator | None) -> Sample:
    """Rows of one source, whose name is the only feature."""
    is_fraud = torch.arange(frauds + honest) < frauds
    suspicion = None if generator is None else 0.5 + 9.0 * torch.rand(len(is_fraud), generator=generator)
    weight = torch.where(is_fraud, 1.0, stands_for)
    return Sample(torch.full((len(is_fraud), 1), name), is_fraud, weight, suspicion=suspicion)


@pytest.fixture(scope="module")
def parent() -> Checkpoint:
    """A heavy model that takes every large amount for a fraud."""
    return checkpoint(learn("heavy", rows(4_000), None, FEATURES, epochs=6))


def changed(count: int, seed: int) -> Sample:
    """Rows among which one large amount in ten, of a high count, is honest."""
    made = rows(count, seed=seed)
    return replace(made, is_fraud=made.is_fraud & ~(made.values[:, 1] > 45.0))


def honest_but_suspicious(sample: Sample) -> torch.Tensor:
    """Which rows the parent is wrong about."""
    return ~sample.is_fraud & (sample.values[:, 0] > 271.0) & (sample.values[:, 1] > 45.0)


def test_the_parent_suspects_what_looks_like_fraud(parent: Checkpoint) -> None:
    """Half of what is drawn goes to its suspects; a fraud is not drawn sooner than another."""
    chunk = changed(6_000, seed=2)
    (told,) = suspected([chunk], parent.network, [0, 1, 2])
    assert told.suspicion is not None
    usual = float((chunk.weight * told.suspicion)[~chunk.is_fraud].mean())
    assert usual == pytest.approx(1.0, rel=1e-3)
    assert float(told.suspicion[honest_but_suspicious(chunk)].median()) > 5.0
    assert set(told.suspicion[chunk.is_fraud].tolist()) == {1.0}


def test_heavy_remembers_nearly_all_rows_that_its_parent_was_wrong_about(
    parent: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Light, which draws evenly, remembers as large a share of them as of all others."""
    monkeypatch.setattr(sample_module.Sample.thinned, "__defaults__", (6_000, 1_000))
    chunk = changed(6_000, seed=2)
    there = int(honest_but_suspicious(chunk).sum())
    heavy = learn("heavy", chunk, parent, FEATURES, epochs=1).replay
    light = learn("light", chunk, checkpoint(learn("light", rows(4_000), None, FEATURES, epochs=1)), FEATURES, epochs=1).replay
    assert int(honest_but_suspicious(heavy).sum()) > 0.8 * there
    assert int(honest_but_suspicious(light).sum()) < 0.3 * there
    assert float(heavy.weight.sum()) == pytest.approx(10_000, rel=1e-3)


def test_a_parent_that_does_not_know_a_feature_as_it_is_computed_now_suspects_nobody(parent: Checkpoint) -> None:
    """What it would say is about other values."""
    learned = learn("heavy", changed(3_000, seed=3), parent, {**FEATURES, "amount": "a2"}, epochs=1)
    assert learned.replay.suspicion is None


def test_the_same_rows_look_the_same_from_the_file_of_the_parent(parent: Checkpoint) -> None:
    """Suspicion is in no file, and nothing of it stays between chunks: the bits are those of a chain within one process."""
    read = Checkpoint.from_bytes(parent.to_bytes())
    one, other = (learn("heavy", changed(2_000, seed=4), of, FEATURES, epochs=1).checkpoint("v", ["a"]) for of in (parent, read))
    assert one.to_bytes() == other.to_bytes()
    document = torch.load(io.BytesIO(one.to_bytes()), weights_only=True)
    assert set(document["replay"]) == {"values", "is_fraud", "weight", "ids"}


def test_a_network_that_suspects_nobody_still_lets_rows_be_drawn() -> None:
    """Suspicions are numbers whatever it says."""
    network = FraudNetwork.__new__(FraudNetwork)
    network.logit = lambda values: torch.full((len(values),), -torch.inf)  # type: ignore[method-assign]
    (told,) = suspected([rows(100)], network, [0, 1, 2])
    assert torch.isfinite(told.suspicion).all()
