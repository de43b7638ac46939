"""Learning chunk by chunk: reproducible, remembering, and open to new features."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest
import torch
from learnable import FEATURES, checkpoint, rows

from greenfraud.errors import ContractError
from greenfraud.families import FAMILIES
from training.model import drift, families, fitting, learning
from training.model.checkpoint import Checkpoint
from training.model.drift import MINIMUM_FRAUDS, parent_index, parent_probabilities
from training.model.families import ARCHITECTURES
from training.model.learning import learn
from training.model.network import BACKGROUND, FraudNetwork, with_odds
from training.model.onnx_graph import PARITY_TOLERANCE, check_parity, probabilities, to_onnx
from training.model.ranking import average_precision
from training.model.sample import REPLAY_LEGITIMATE, Sample
from training.model.warm_start import adopt, fit_encoding


@pytest.fixture(scope="module")
def first() -> Checkpoint:
    """A light model that knows the rule of the amount."""
    return checkpoint(learn("light", rows(4_000), None, FEATURES))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_learns_and_gives_the_same_from_onnx(family: str) -> None:
    """Torch and onnxruntime agree on 10,000 rows, each tenth of whose values is missing, and on one that misses all."""
    network = learn(family, rows(4_000), None, FEATURES).network
    unseen = rows(10_000, seed=1)
    assert check_parity(to_onnx(network), network, unseen.values) <= PARITY_TOLERANCE
    nothing = torch.full((1, 3), torch.nan)
    assert check_parity(to_onnx(network), network, nothing) <= PARITY_TOLERANCE
    assert average_precision(probabilities(to_onnx(network), unseen.values.numpy()), unseen.is_fraud.numpy()) > 0.85


def test_light_keeps_within_its_parameters() -> None:
    """However many features there are."""
    for features in (3, 23, 39, 80):
        network = FraudNetwork(ARCHITECTURES["light"], features)
        assert sum(parameter.numel() for parameter in network.parameters()) <= 10_000


def test_the_same_data_give_the_same_model() -> None:
    """To the last bit, on one machine."""
    one, other = (learn("light", rows(2_000), None, FEATURES, seed=5).network for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_new_bins_keep_what_the_parent_knew(first: Checkpoint) -> None:
    """A child whose bins were cut for other data starts with its parent's ranking."""
    other = rows(4_000, rule="ratio", seed=2)
    child = FraudNetwork(ARCHITECTURES["light"], 3)
    fit_encoding(child, other.values, other.is_fraud)
    adopt(child, first.network, [0, 1, 2])
    unseen = rows(2_000, seed=3)
    kept = average_precision(child(unseen.values).detach().numpy(), unseen.is_fraud.numpy())
    before = average_precision(first.network(unseen.values).detach().numpy(), unseen.is_fraud.numpy())
    assert kept > before - 0.15


def test_an_old_chunk_is_not_forgotten(first: Checkpoint) -> None:
    """After a chunk with other frauds, the old rule and the new one are known."""
    both = checkpoint(learn("light", rows(4_000, rule="ratio", seed=2), first, FEATURES))
    old, new = rows(2_000, seed=4), rows(2_000, rule="ratio", seed=5)
    for unseen in (old, new):
        is_either = old_or_new(unseen)
        assert average_precision(both.network(unseen.values).detach().numpy(), is_either) > 0.8


def test_a_background_stays_what_it_is_when_means_and_scales_change(first: Checkpoint) -> None:
    """Also for rows that miss values, and with features in another order."""
    parent = FraudNetwork(ARCHITECTURES["light"], 3)
    parent.load_state_dict(first.network.state_dict())
    parent.begin_background()
    torch.nn.init.normal_(parent.background_weight, generator=torch.Generator().manual_seed(1))
    unseen = rows(1_000, seed=3)
    child, order = FraudNetwork(ARCHITECTURES["light"], 3), [2, 0, 1]
    fit_encoding(child, 0.7 * unseen.values[:, order], unseen.is_fraud)
    adopt(child, parent, order)
    before = parent.signs_and_background(parent.encode(unseen.values))[1]
    after = child.signs_and_background(child.encode(unseen.values[:, order]))[1]
    torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)


def test_a_background_begins_once_many_frauds_are_known(first: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, it neither says nor learns anything; from then on it is kept."""
    unseen = rows(1_000, seed=3)
    signs, background = first.network.signs_and_background(first.network.encode(unseen.values))
    assert torch.equal(with_odds(signs, background), signs)
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 500)
    grown = learn("light", rows(10_000, seed=2), first, FEATURES)
    learned = float(grown.network.background_bias.detach())
    assert (float(grown.network.background_shift), grown.is_brief, learned == BACKGROUND) == (0.0, False, False)
    again = learn("light", rows(500, seed=4), checkpoint(grown), FEATURES)
    assert again.is_brief
    assert 0 < abs(float(again.network.background_bias.detach()) - learned) < 1


def test_odds_of_signs_and_background_add() -> None:
    """A third and a half make five sixths."""
    third, half = (torch.tensor(odds).log() for odds in (1 / 3, 1 / 2))
    torch.testing.assert_close(with_odds(third, half), torch.tensor(5 / 6).log())
    torch.testing.assert_close(with_odds(torch.tensor(-80.0), half), half)


def test_a_mature_model_learns_briefly_forgets_nothing_and_stays_calibrated(
    first: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its replay sample holds enough frauds, a chunk costs a few epochs on a part of it."""
    monkeypatch.setattr(fitting, "MINIMUM_STEPS", 50)
    chunk = rows(4_000, rule="ratio", seed=2)
    epochs_at_length = learn("light", chunk, first, FEATURES).fit.epochs
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 100)
    learned = learn("light", chunk, first, FEATURES)
    both = checkpoint(learned)
    assert learned.fit.epochs < epochs_at_length
    assert len(learned.replay) == len(chunk) + len(first.replay)
    for unseen in (rows(2_000, seed=4), rows(2_000, rule="ratio", seed=5)):
        assert average_precision(both.network(unseen.values).detach().numpy(), old_or_new(unseen)) > 0.8
    assert both.network(chunk.values).mean().item() == pytest.approx(chunk.is_fraud.float().mean().item(), rel=0.15)


def test_a_new_feature_is_learned_at_length(first: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mature model too: nobody knows yet what it says."""
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 100)
    chunk = rows(1_000, seed=8)
    assert learn("light", chunk, first, {**FEATURES, "amount": "a2"}).fit.epochs == ARCHITECTURES["light"].at_length.epochs


def test_bins_are_kept_until_many_more_frauds_are_known(first: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A brief training moves no border; a chunk that multiplies the frauds known has new ones cut."""
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 100)
    small, large = (learn("light", rows(count, rule="ratio", seed=2), first, FEATURES) for count in (1_000, 30_000))
    assert (small.is_brief, large.is_brief) == (True, False)
    assert torch.equal(small.network.limits, first.network.limits)
    assert not torch.equal(large.network.limits, first.network.limits)
    assert float(large.network.binned_frauds) == float(large.replay.is_fraud.sum()) > float(small.network.binned_frauds)


def test_once_frauds_have_changed_the_past_outweighs_the_chunk_no_more(first: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mature model that ranks a second chunk far below the usual learns it at length, with as much of the past as it has."""
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 100)
    chunk = rows(1_000, rule="ratio", seed=2)
    before = rows(500, rule="ratio", seed=9)
    used_to_be_good = replace(first, usual_precisions=[0.9, 0.95, 0.9], suspected=before)
    learned, usual = learn("light", chunk, used_to_be_good, FEATURES), learn("light", chunk, first, FEATURES)
    assert (learned.has_drifted, learned.is_brief, usual.has_drifted, usual.is_brief) == (True, False, False, True)
    assert len(learned.replay) == 2 * len(chunk) + len(before)
    assert learned.memory.usual_precisions == []
    assert usual.memory.ranked is not None
    assert usual.memory.usual_precisions == [usual.memory.ranked.adjusted_precision]
    unseen = rows(4_000, rule="ratio", seed=5)
    without, with_it = (
        average_precision(net(unseen.values).detach().numpy(), unseen.is_fraud.numpy()) for net in (first.network, learned.network)
    )
    assert with_it > without + 0.3


def test_a_chunk_with_few_frauds_shows_no_drift(first: Checkpoint) -> None:
    """The chunk counts neither as drifted nor into the reference."""
    chunk = rows(100, rule="ratio", seed=2)
    learned = learn("light", chunk, replace(first, usual_precisions=[0.9, 0.95]), FEATURES)
    assert 0 < int(chunk.is_fraud.sum()) < MINIMUM_FRAUDS
    assert not learned.has_drifted
    assert learned.memory.usual_precisions == [0.9, 0.95]


def test_a_checkpoint_of_another_release_is_refused_with_what_to_do(first: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tensors would not fit."""
    monkeypatch.setattr("training.model.checkpoint.SCHEMA", 1)
    body = first.to_bytes()
    monkeypatch.undo()
    with pytest.raises(ContractError, match="schema 1, this release reads 4: train the family from nothing"):
        Checkpoint.from_bytes(body)


def test_the_examples_of_drift_and_families_hold() -> None:
    """When frauds have changed; how many bins fit."""
    assert [doctest.testmod(module).failed for module in (families, drift)] == [0, 0]


def old_or_new(sample: Sample) -> np.ndarray:
    """Tell frauds of either rule, as far as values are known."""
    values = torch.nan_to_num(sample.values)
    return ((values[:, 0] > 270.0) | ((values[:, 2] > 0.9) & (values[:, 1] > 25.0)) | sample.is_fraud).numpy()


def test_a_feature_that_is_new_starts_without_influence(first: Checkpoint) -> None:
    """The child of a smaller parent ranks as its parent did, whatever the new feature says."""
    features = {"new": "n1", **FEATURES}
    values = torch.cat([torch.rand(500, 1), rows(500, seed=6).values], 1)
    index = parent_index(first, features)
    child = FraudNetwork(ARCHITECTURES["light"], 4)
    fit_encoding(child, values, rows(500, seed=6).is_fraud)
    adopt(child, first.network, index)
    changed = values.clone()
    changed[:, 0] = torch.nan
    assert index == [None, 0, 1, 2]
    torch.testing.assert_close(child.logit(values), child.logit(changed))


def test_a_feature_computed_otherwise_is_a_new_one(first: Checkpoint) -> None:
    """Its hash is part of its identity."""
    assert parent_index(first, {**FEATURES, "amount": "a2"}) == [None, 1, 2]


def test_a_parent_scores_rows_that_lack_its_feature(first: Checkpoint) -> None:
    """What it does not see is missing to it."""
    fewer = {"amount": "a1", "ratio": "c1"}
    scores = parent_probabilities(first, rows(100).values[:, [0, 2]], fewer)
    blinded = rows(100).values
    blinded[:, 1] = torch.nan
    torch.testing.assert_close(scores, first.network(blinded).detach())


def test_probabilities_match_frequencies_though_negatives_are_drawn(first: Checkpoint) -> None:
    """Calibration undoes the drawing."""
    unseen = rows(20_000, seed=7)
    assert first.network(unseen.values).mean().item() == pytest.approx(unseen.is_fraud.float().mean().item(), rel=0.15)


def test_the_replay_sample_is_bounded_and_stands_for_everyone() -> None:
    """Thinned twice, the weights still add up to what was seen."""
    generator = torch.Generator().manual_seed(0)
    once = rows(60_000).thinned(generator)
    twice = once.join(rows(60_000, seed=8)).thinned(generator)
    assert int((~twice.is_fraud).sum()) == REPLAY_LEGITIMATE
    assert float(twice.weight.sum()) == pytest.approx(120_000, rel=1e-4)
