"""The second output of an exported model: the log odds, which reasons add up to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from learnable import FEATURES, rows

from greenfraud.bundle import LOG_ODDS
from greenfraud.families import FAMILIES
from training.model.learning import learn
from training.model.onnx_graph import INPUT, OUTPUT, session_of, to_onnx


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_tells_log_odds_beside_its_probability(family: str) -> None:
    """As exact where the probability says 1; the probability stays the first output, which earlier releases read."""
    network = learn(family, rows(2_000), None, FEATURES).network
    session: Any = session_of(to_onnx(network))
    unseen = rows(200, seed=3).values.numpy()
    assert [output.name for output in session.get_outputs()] == [OUTPUT, LOG_ODDS]
    probability, log_odds = (answer.astype(np.float64) for answer in session.run(None, {INPUT: unseen}))
    np.testing.assert_allclose(1.0 / (1.0 + np.exp(-log_odds)), probability, rtol=1e-5, atol=1e-7)
    network.platt[1] = 90.0
    ((certain,), (far,)) = session_of(to_onnx(network)).run(None, {INPUT: unseen[:1]})  # type: ignore[attr-defined]
    assert certain == 1.0
    assert far > 60.0
