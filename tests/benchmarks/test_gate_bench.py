"""The gate's benchmark: weeks and models whose truth is known, judged by the evaluate job itself."""

from __future__ import annotations

import doctest
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gate import challengers, shares
from benchmarks.gate.challengers import CHALLENGERS, PRODUCTION, scores_of
from benchmarks.gate.platform import FIRST_WEEK, LAKE, LEARNED, Platform, columns, table_of
from benchmarks.gate.shares import Shares
from benchmarks.gate.trials import SHARED, run_trial
from benchmarks.gate.weeks import ERROR, Shared, Week
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import features_key
from training.evaluation.recalibration import expected_over_observed
from training.features.chunk_file import parquet
from training.job.bucket import Bucket
from training.model.ranking import average_precision

ALONE = Shared("nobody", (100, 100), 0.0, 0.0)


def test_a_small_run_judges_every_challenger_and_promotes_none_that_is_identical(tmp_path: Path):
    """Two weeks through the evaluate job: each has everybody's scores, and none was looked at before."""
    found, draw = Shares(), np.random.default_rng(4)
    with Platform.opened(tmp_path) as platform:
        for shared in SHARED[1:]:
            run_trial(platform, draw, shared, found)
    measures = found.measures()
    assert measures["identical_promoted_share"] == 0.0
    assert measures["identical_promoted_share_trials"] == 2
    assert measures["learned_the_holdout_rejected_share"] == 1.0
    asked = {"equal_one_promoted_share", "equal_three_promoted_share", "better_promoted_share", "leaking_rejected_share"}
    assert asked <= measures.keys()


def test_a_week_with_few_frauds_is_judged_alone_where_the_plan_says_so(tmp_path: Path):
    """The week before lies in the lake and was learned by nobody, but labels that came within it were."""
    draw, few = np.random.default_rng(4), Shared("nobody", (10, 10), 0.0, 0.0)
    week = Week.draw(draw, few)
    names = [PRODUCTION, *(name for name, one in CHALLENGERS.items() if not one.has_learned_the_holdout)]
    scores = {name: found for name, found in scores_of(week, draw, few).items() if name in names}
    before = Chunk(FIRST_WEEK - timedelta(days=7), FIRST_WEEK)
    assert Chunk.parse(LEARNED).end_day <= before.start_day
    with Platform.opened(tmp_path) as platform:
        Bucket(LAKE).put(features_key(load_manifest().version, before.id), parquet(table_of(week, scores, before)))
        found = platform.judge(week, scores)["holdout"]
    assert (found["pooled_chunks"], found["frauds"]) == ([found["chunk"]], 10)


def test_everybody_has_a_column_and_no_segment_is_told_by_it():
    """Scores travel in columns of features."""
    used = columns()
    assert set(used) == {PRODUCTION, *CHALLENGERS}
    assert len(set(used.values())) == len(used)


@pytest.mark.parametrize("shared", SHARED, ids=lambda shared: shared.name)
def test_a_week_has_the_frauds_that_it_should(shared: Shared):
    """They cluster: a compromised terminal has several."""
    week = Week.draw(np.random.default_rng(1), shared)
    frauds = int(week.is_fraud.sum())
    assert shared.frauds[0] <= frauds <= shared.frauds[1]
    assert len(np.unique(week.terminal[week.is_fraud])) < 0.75 * frauds


def test_models_are_what_they_are_called():
    """The better one ranks better by 0.03 and equals do not; production's probabilities announce the frauds that come."""
    draw, gains, ratios = np.random.default_rng(2), [], []
    for _ in range(60):
        week = Week.draw(draw, ALONE)
        scores = scores_of(week, draw, ALONE)
        precision = {name: average_precision(scores[name], week.is_fraud) for name in (PRODUCTION, "better", "equal_1", "costlier")}
        gains.append([precision[name] - precision[PRODUCTION] for name in ("better", "equal_1", "costlier")])
        once = np.ones((1, len(week.is_fraud)))
        ratios.append(expected_over_observed(scores[PRODUCTION], week.is_fraud, np.arange(len(week.is_fraud)), once)[0])
    better, equal, costlier = np.mean(gains, axis=0)
    assert better == pytest.approx(0.03, abs=0.006)
    assert equal == pytest.approx(0.0, abs=0.006)
    assert costlier > 0.03
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1)
    assert np.array_equal(scores["identical"], scores[PRODUCTION])


def test_errors_are_shared_by_whom_they_should_be():
    """Nothing but terminals: payments of one terminal err alike."""
    week = Week.draw(np.random.default_rng(3), Shared("terminals", (100, 100), 1.0, 0.0))
    one = week.log_odds(np.random.default_rng(5), Shared("terminals", (100, 100), 1.0, 0.0))
    other = week.log_odds(np.random.default_rng(6), Shared("terminals", (100, 100), 1.0, 0.0))
    apart = one - other
    spread = [apart[week.terminal == code].std() for code in range(20)]
    assert max(spread) < 1e-9 < ERROR < apart.std() * 10


@pytest.mark.parametrize("module", [challengers, shares])
def test_the_examples_hold(module):
    """In words."""
    assert doctest.testmod(module).failed == 0
