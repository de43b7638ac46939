"""The benchmark of estimates says plainly who judged, and who could not be asked."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.learning import feeds, nannyml
from benchmarks.learning.estimation import ScoredWeek, errors, judge, table_of
from benchmarks.quality.contestants import after
from cli.data.world import WorldSpecification
from toolchain.environments import SetupError
from training.evaluation.estimation import Scored


def week(truth: float) -> ScoredWeek:
    """One alert."""
    scored = Scored.of(np.array([0.5]), np.array([True]), np.array([100]), np.array([0]))
    return ScoredWeek(scored, np.array([True]), {"average_precision": truth, "alert_precision": 1.0})


def test_without_an_environment_the_judge_is_left_out_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other figures are there all the same."""

    def refuse(*_: object) -> None:
        raise SetupError("uv pip install ended with 1:\nno index answers")

    monkeypatch.setattr(nannyml, "ensure", refuse)
    assert judge({1: week(0.5)}) == ({}, "left out: cannot be installed here: uv pip install ended with 1:")
    found = errors({"cbpe": {1: {"average_precision": 0.4, "alert_precision": 1.0}}}, {1: week(0.5)})
    assert found["cbpe_error"] == pytest.approx(0.05)
    assert table_of(found, 1).row_count == 1


def test_faults_are_found_in_broken_weeks_and_none_in_whole_ones() -> None:
    """On a small world; each fault is what its name says."""
    tables = list(feeds.generated(WorldSpecification(seed=3, customers=120, days=42)).values())
    found = feeds.looked_for([tables])
    assert found["feed_false_quarantines"] == 0
    assert found["feed_half_traffic_found_share"] == found["feed_double_traffic_found_share"] == 1.0
    assert found["feed_lost_values_found_share"] == found["feed_constant_column_found_share"] == 1.0


def test_before_one_week_cut_the_past_and_now_it_does_not() -> None:
    """The benchmark's *before* is what the product did: the parent that it hands on forgets at the first bad week."""
    tables = list(feeds.generated(WorldSpecification(seed=3, customers=200, days=21)).values())
    samples = [feeds.sample(table) for table in tables]
    parent = after("baseline", None, samples[0], "0", seed=0)
    plenty = feeds.thinned(samples[1], 1.0)
    plenty.is_fraud[:40] = True  # frauds that nothing shows
    as_usual, doomed = feeds.as_before(parent, plenty, []), feeds.as_before(parent, plenty, [0.99, 0.99])
    assert (as_usual.usual_precisions, doomed.usual_precisions) == ([], [float("inf")] * 2)
    assert after("baseline", doomed, plenty, "1", seed=0).forgotten is not None
    assert after("baseline", parent, plenty, "1", seed=0).forgotten is None
