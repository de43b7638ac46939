"""Frauds change on a day: the model in place is lost, and within two chunks learns what can be learned of the new ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import torch

from benchmarks.quality.contestants import chain
from benchmarks.quality.data import Judged, Prepared, lake_of, prepare
from cli.data.world import WorldSpecification, make_world
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import day_of
from training.comparison.weeks import plan_weeks
from training.model import learning
from training.model.learning import learn
from training.model.network import FraudNetwork
from training.model.onnx_graph import probabilities, to_onnx
from training.model.ranking import average_precision
from training.model.sample import Sample

CHANGE, JUDGED_FROM = date(2026, 2, 19), date(2026, 3, 26)
WORLD = WorldSpecification(seed=5, customers=1_000, days=98, fraud_changes_on=CHANGE)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Chunks of features and a judged week, by the product's own road."""
    dataset = make_world(WORLD)
    weeks = plan_weeks([JUDGED_FROM], dataset.first_day, day_of(dataset.newest_us), dataset.maturity_days)
    with lake_of(dataset) as lake:
        return prepare(lake, weeks, dataset.maturity_days)


@pytest.fixture
def mature(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Models of this small world learn briefly, as those of a large one do."""
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 100)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("mature")
def test_quality_recovers_within_two_chunks(prepared: Prepared) -> None:
    """As good as a model that has only ever seen the two chunks since the change, and is not misled by anything older."""
    (judged,) = prepared.judged.values()
    before = [chunk for chunk in sorted(prepared.samples) if chunk.end_day <= CHANGE]
    after = [chunk for chunk in sorted(prepared.samples) if chunk.start_day >= CHANGE]
    found = {chunk: precision(checkpoint.network, judged) for chunk, checkpoint in chain("light", prepared.samples, 0)}
    attainable = precision(from_nothing(prepared, after[:2]), judged)
    assert found[before[-1]] < attainable / 2
    assert found[after[1]] > 0.93 * attainable


def precision(network: FraudNetwork, judged: Judged) -> float:
    """Average precision on a judged week, from ONNX."""
    return average_precision(probabilities(to_onnx(network), judged.values), judged.holdout.is_fraud)


def from_nothing(prepared: Prepared, chunks: list[Chunk]) -> FraudNetwork:
    """Light, having seen these chunks only."""
    features = load_manifest().input_hashes
    return learn("light", Sample.joined([prepared.samples[chunk] for chunk in chunks]), None, features).network
