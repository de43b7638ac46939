"""A feature that never varied says nothing, however it is asked, until there are rows to learn it from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from learnable import FEATURES, checkpoint, rows

from training.model import learning
from training.model.learning import bins_fit, learn
from training.model.onnx_graph import probabilities, to_onnx
from training.model.sample import Sample

WITH_DECLINES = {**FEATURES, "declined": "d0"}


def with_declines(sample: Sample, declined: torch.Tensor | float) -> Sample:
    """Add the feature to every row."""
    column = torch.full((len(sample), 1), declined) if isinstance(declined, float) else declined[:, None]
    return Sample(torch.cat([sample.values, column], 1), sample.is_fraud, sample.weight)


@pytest.mark.parametrize("family", ["baseline", "light", "heavy"])
@pytest.mark.parametrize("constant", [0.0, float("nan")])
def test_the_first_decline_ever_changes_no_probability(family: str, constant: float) -> None:
    """Weights that no row has taught anything must not decide about the first attacker."""
    network = learn(family, with_declines(rows(2_000), constant), None, WITH_DECLINES).network
    unseen = rows(500, seed=3)
    calm, attacked = (probabilities(to_onnx(network), with_declines(unseen, n).values.numpy()) for n in (0.0, 30.0))
    np.testing.assert_allclose(attacked, calm, atol=1e-4)


def test_a_feature_is_learned_as_soon_as_it_varies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bins that were cut while it was constant do not fit any more."""
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", 10)
    parent = checkpoint(learn("light", with_declines(rows(4_000), 0.0), None, WITH_DECLINES))
    assert bins_fit(parent, WITH_DECLINES, parent.replay)
    chunk = rows(4_000, seed=2)
    declined = 3.0 * chunk.is_fraud.float()
    learned = learn("light", with_declines(chunk, declined), parent, WITH_DECLINES)
    assert not learned.is_brief
    unseen = rows(500, seed=3)
    calm, attacked = (learned.network(with_declines(unseen, n).values).mean() for n in (0.0, 3.0))
    assert attacked > calm
