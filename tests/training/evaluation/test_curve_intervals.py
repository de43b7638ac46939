"""Intervals of curves that people look at."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from training.evaluation.card_precision import CardRanking
from training.evaluation.curve_intervals import CAPACITIES, CurveIntervals
from training.evaluation.holdout import Holdout

ROWS = 4_000
DRAW = np.random.default_rng(3)
IS_FRAUD = DRAW.random(ROWS) < 0.05
SCORES = IS_FRAUD * 0.2 + DRAW.random(ROWS)
AMOUNT = DRAW.integers(100, 9_000, ROWS)
HOLDOUT = Holdout(
    pa.table({"amount_minor": AMOUNT}), IS_FRAUD, AMOUNT, DRAW.integers(0, 300, ROWS), np.sort(DRAW.integers(0, 7, ROWS)), 0
)


@pytest.fixture(scope="module")
def intervals() -> CurveIntervals:
    """Of one holdout."""
    return CurveIntervals(HOLDOUT)


def test_the_band_holds_the_curve(intervals):
    """Precision at a recall, by a plain reading, lies within nearly all of its intervals."""
    order = np.argsort(-SCORES, kind="stable")
    frauds = np.cumsum(IS_FRAUD[order])
    recall, precision = frauds / frauds[-1], frauds / np.arange(1, ROWS + 1)
    band = intervals.precision_band(SCORES)
    inside = [one["low"] <= precision[np.argmax(recall >= one["recall"])] <= one["high"] for one in band]
    assert np.mean(inside) > 0.8
    assert all(one["low"] <= one["high"] for one in band)


def test_a_ranking_that_knows_the_truth_has_no_doubt(intervals):
    """Its precision is 1 at every recall, in every resample."""
    assert all(one["low"] == one["high"] == 1.0 for one in intervals.precision_band(IS_FRAUD.astype(float)))


def test_card_precision_is_that_of_the_protocol_at_each_capacity(intervals):
    """With an interval around it, and never above that of the truth."""
    best = intervals.best_card_precision()
    ranking = CardRanking(SCORES, IS_FRAUD, HOLDOUT.customer, HOLDOUT.day)
    once = np.ones((1, 300))
    for one in intervals.card_precision(SCORES):
        assert one["value"] == pytest.approx(ranking.precision_at(one["k"], once)[0])
        assert one["low"] <= one["value"] <= one["high"] + 0.02
        assert one["value"] <= best[str(one["k"])]
    assert [int(k) for k in best] == list(CAPACITIES)


def test_the_same_holdout_gives_the_same_intervals(intervals):
    """Resamples are drawn from one seed."""
    assert CurveIntervals(HOLDOUT).card_precision(SCORES) == intervals.card_precision(SCORES)
