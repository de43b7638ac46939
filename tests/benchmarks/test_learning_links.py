"""The changes that bench-learning makes to chunks and holdouts."""

from __future__ import annotations

import torch

from benchmarks.learning.before import as_before
from benchmarks.learning.links import DECLARED, doubled, features_of, fraudless, halved
from benchmarks.learning.prior import with_noise
from training.model.learning import learn
from training.model.sample import Sample

ROWS = Sample.of(torch.arange(100.0 * DECLARED).reshape(100, DECLARED), torch.arange(100) % 10 == 0)


def test_prevalence_halves_doubles_or_ends() -> None:
    """By leaving out every second fraud, every second legitimate row, or every fraud."""
    found = [(int(rows.is_fraud.sum()), len(rows)) for rows in (halved(ROWS), doubled(ROWS), fraudless(ROWS))]
    assert found == [(5, 95), (10, 55), (0, 90)]


def test_noise_is_one_feature_more_and_says_nothing() -> None:
    """Missing in the past, the same for the same seed, and replaced rather than added again."""
    past, new = with_noise(ROWS, None), with_noise(with_noise(ROWS, None), 3)
    assert past.values[:, DECLARED].isnan().all()
    assert new.values.shape == past.values.shape
    assert torch.equal(new.values, with_noise(ROWS, 3).values)
    assert [*features_of(ROWS), "noise_0"] == list(features_of(new))


def test_before_a_chunk_without_frauds_was_fitted_like_any_other() -> None:
    """Now it is not; both are measured side by side."""
    features = features_of(ROWS)
    parent = learn("baseline", ROWS, None, features).checkpoint("1", ["1"])
    assert learn("baseline", fraudless(ROWS), parent, features).fit.epochs == 0
    with as_before():
        assert learn("baseline", fraudless(ROWS), parent, features).fit.epochs > 0
