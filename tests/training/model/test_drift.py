"""What looks like drift and is none, what is, and what becomes of what was known."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from learnable import FEATURES, checkpoint, rows

from training.model import learning
from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.memory import corrected
from training.model.sample import Sample


@pytest.fixture(scope="module", autouse=True)
def mature() -> Iterator[None]:
    """Models of this small world learn briefly, as those of a large one do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "YOUNG_FRAUDS", 100)
        yield


@pytest.fixture(scope="module")
def usual(mature: None) -> Checkpoint:
    """A light model that knows the rule of the amount, as far as noise lets it, after three more ordinary weeks."""
    parent = None
    for seed in range(4):
        parent = checkpoint(learn("light", noisy(4_000, seed), parent, FEATURES))
    assert parent is not None
    return parent


def noisy(count: int, seed: int = 0) -> Sample:
    """Rows of which one in a hundred is a fraud that nothing shows, and as many look like frauds and are none."""
    made = rows(count, seed=seed)
    flipped = torch.rand(count, generator=torch.Generator().manual_seed(seed + 100)) < 0.04
    return replace(made, is_fraud=made.is_fraud ^ flipped)


def quiet(sample: Sample, share: float) -> Sample:
    """The same week with fewer frauds, drawn evenly: the ones that are left are as easy to see as before."""
    frauds = torch.nonzero(sample.is_fraud)[:, 0]
    left = frauds[: int(share * len(frauds))]
    return sample.take(torch.cat([left, torch.nonzero(~sample.is_fraud)[:, 0]]))


def silent(sample: Sample, share: float) -> Sample:
    """The same week with most reports lost: its frauds count as legitimate."""
    is_fraud = sample.is_fraud & (torch.rand(len(sample), generator=torch.Generator().manual_seed(9)) < share)
    return replace(sample, is_fraud=is_fraud)


def test_a_quiet_month_is_no_drift(usual: Checkpoint) -> None:
    """A tenth of the frauds in front of the same model: precision falls by prevalence alone, and nothing is to be forgotten."""
    parent = usual
    known = int(parent.replay.is_fraud.sum())
    for seed in (31, 32):
        learned = learn("light", quiet(noisy(4_000, seed), 0.1), parent, FEATURES)
        assert not learned.has_drifted
        parent = checkpoint(learned)
    assert int(parent.replay.is_fraud.sum()) > known


def test_one_week_of_lost_reports_costs_no_memory(usual: Checkpoint) -> None:
    """It looks like drift, but one week is not enough; the next one, which is as ever, says that there was none."""
    parent = usual
    known = int(parent.replay.is_fraud.sum())
    broken = learn("light", silent(noisy(4_000, 41), 0.1), parent, FEATURES)
    assert not broken.has_drifted
    assert int(broken.replay.is_fraud.sum()) >= known


def changed(count: int, seed: int) -> Sample:
    """A week in which frauds follow another rule."""
    return rows(count, rule="ratio", seed=seed)


def test_two_weeks_of_other_frauds_in_a_row_are_drift(usual: Checkpoint) -> None:
    """Only then the past is cut; what is kept is as much of it as the new week has, and the week that showed the change first."""
    parent = usual
    once = learn("light", changed(2_000, 51), parent, FEATURES)
    assert (once.memory.concept, once.memory.usual_precisions) == ("suspected", parent.usual_precisions)
    child = checkpoint(once)
    assert child.suspected is not None
    assert len(child.suspected) == 2_000
    twice = learn("light", changed(2_000, 52), child, FEATURES)
    assert (twice.has_drifted, twice.is_brief, twice.memory.usual_precisions) == (True, False, [])
    assert twice.memory.suspected is None
    assert len(twice.replay) <= 3 * 2_000
    assert twice.memory.forgotten is not None
    kept = int(twice.memory.replay.is_fraud.sum()) - int(child.suspected.is_fraud.sum())
    assert int(twice.memory.forgotten.replay.is_fraud.sum()) == int(child.replay.is_fraud.sum()) - kept


def test_what_was_forgotten_comes_back_with_the_frauds_that_it_was_about(usual: Checkpoint) -> None:
    """Two weeks of lost reports look like drift; when reports come again, so does all that was known before."""
    parent = usual
    known = int(parent.replay.is_fraud.sum())
    for seed in (61, 62):
        broken = learn("light", silent(noisy(4_000, seed), 0.1), parent, FEATURES)
        parent = checkpoint(broken)
    assert broken.has_drifted
    assert int(parent.replay.is_fraud.sum()) < known / 2
    mended = learn("light", noisy(4_000, 63), parent, FEATURES)
    assert mended.memory.has_remembered
    assert int(mended.replay.is_fraud.sum()) > known
    assert checkpoint(mended).forgotten is None


def test_what_was_forgotten_stays_so_while_frauds_are_other_ones(usual: Checkpoint) -> None:
    """And is carried on for some chunks, no longer."""
    parent = usual
    for seed in (51, 52, 53):
        parent = checkpoint(learn("light", changed(2_000, seed), parent, FEATURES))
    assert parent.forgotten is not None
    older = replace(parent, chunks=["chunk"] * 9)
    assert learn("light", changed(2_000, 54), older, FEATURES).memory.forgotten is None


def test_a_week_without_fraud_raises_no_suspicion_and_clears_none(usual: Checkpoint) -> None:
    """It says nothing of what frauds look like."""
    parent = usual
    empty = quiet(noisy(1_000, 71), 0.0)
    calm = learn("light", empty, parent, FEATURES)
    assert (calm.memory.ranked, calm.memory.concept, calm.memory.usual_precisions) == (None, "usual", parent.usual_precisions)
    suspicious = checkpoint(learn("light", changed(2_000, 72), parent, FEATURES))
    still = learn("light", empty, suspicious, FEATURES)
    assert still.memory.suspected is not None
    assert still.memory.usual_precisions == parent.usual_precisions


def test_a_checkpoint_keeps_a_suspicion_and_one_of_the_schema_before_is_read(usual: Checkpoint) -> None:
    """What was usual was measured otherwise then, and begins anew."""
    suspicious = replace(usual, suspected=usual.replay, usual_precisions=[0.5, 0.6], usual_shares=[0.1])
    again = Checkpoint.from_bytes(suspicious.to_bytes())
    assert again.suspected is not None
    assert torch.equal(again.suspected.is_fraud, usual.replay.is_fraud)
    assert (again.usual_precisions, again.usual_shares) == ([0.5, 0.6], [0.1])
    buffer = io.BytesIO(suspicious.to_bytes())
    document = torch.load(buffer, weights_only=True)
    for name in ("suspected", "usual_shares"):
        del document[name]
    older = io.BytesIO()
    torch.save(document | {"schema": 3}, older)
    assert Checkpoint.from_bytes(older.getvalue()).usual_precisions == []


def test_what_is_known_otherwise_by_now_is_neither_remembered_nor_suspected_nor_forgotten(usual: Checkpoint) -> None:
    """Also where that is all that was suspected: a sample without rows is kept as one."""
    ids = torch.arange(1, len(usual.replay) + 1)
    known = replace(usual.replay, ids=ids)
    parent = replace(usual, replay=known, suspected=known.take(torch.arange(2)), forgotten=replace(usual, replay=known))
    told = corrected(parent, known.take(torch.arange(5)))
    assert told.suspected is not None
    assert told.forgotten is not None
    assert [len(sample) for sample in (told.replay, told.suspected, told.forgotten.replay)] == [len(ids) - 5, 0, len(ids) - 5]
    again = Checkpoint.from_bytes(told.to_bytes())
    assert again.suspected is not None
    assert not len(again.suspected)
