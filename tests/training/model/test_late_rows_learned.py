"""What became known late is learned with the next chunk, and what the replay sample said of it before is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable import FEATURES, checkpoint, rows

from training.features.late_rows import numbers_of
from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.sample import Sample

if TYPE_CHECKING:
    import pytest


def numbered(sample: Sample, first: int) -> Sample:
    """The sample with ids that count up."""
    return replace(sample, ids=torch.arange(first, first + len(sample)))


def test_the_next_chunk_brings_the_label_as_it_is_known_by_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """One report and one correction: each row stands in the replay sample once, with its newest label, and is learned."""
    first = numbered(rows(2_000), 1)
    parent = checkpoint(learn("light", first, None, FEATURES))
    wrong = torch.stack([torch.nonzero(first.is_fraud)[0, 0], torch.nonzero(~first.is_fraud)[0, 0]])
    late = replace(first.take(wrong), is_fraud=~first.is_fraud[wrong])
    pooled: list[Sample] = []
    monkeypatch.setattr("training.model.learning.EpochPool", _remembering(pooled))
    learned = learn("light", numbered(rows(1_000, seed=1), 5_000), parent, FEATURES, late=late)
    for sample in (learned.replay, pooled[0]):
        found = dict(zip(sample.ids.tolist(), sample.is_fraud.tolist(), strict=True))
        assert len(found) == len(sample)
        assert [found[number] for number in late.ids.tolist()] == late.is_fraud.tolist() == [False, True]


def _remembering(pooled: list[Sample]):
    from training.model.epoch_pool import EpochPool

    class Remembering(EpochPool):
        def __init__(self, network, chunk, replay, generator, **given) -> None:
            pooled.append(replay)
            super().__init__(network, chunk, replay, generator, **given)

    return Remembering


def test_ids_travel_with_the_replay_sample() -> None:
    """From checkpoint to checkpoint; one of an earlier release knows none."""
    made = checkpoint(learn("light", numbered(rows(500), 1), None, FEATURES))
    assert torch.equal(Checkpoint.from_bytes(made.to_bytes()).replay.ids, made.replay.ids)
    assert set(made.replay.ids.tolist()) == set(range(1, 501))
    assert Sample(made.replay.values, made.replay.is_fraud, made.replay.weight).ids.tolist() == [0] * 500


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 30), unique=True, min_size=1), st.sets(st.integers(1, 30)))
def test_nothing_else_leaves_the_sample(ids: list[int], gone: set[int]) -> None:
    """Whatever is taken out."""
    count = len(ids)
    sample = Sample(torch.zeros(count, 1), torch.zeros(count, dtype=torch.bool), torch.ones(count), torch.tensor(ids))
    left = sample.without(torch.tensor(sorted(gone), dtype=torch.int64))
    assert left.ids.tolist() == [number for number in ids if number not in gone]


def test_a_payment_has_the_same_number_everywhere() -> None:
    """Never 0, which is nobody's."""
    numbers = numbers_of(pa.chunked_array([["a", "b", "a"]]))
    assert numbers[0] == numbers[2] != numbers[1]
    assert all(0 < number < 2**63 for number in numbers)
