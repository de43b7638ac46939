"""What evaluation.json says of candidates per segment: the same figures as on all rows, or the reason why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.holdout import Holdout
from training.evaluation.judgement import MINIMUM_DEFRAUDED, judge
from training.evaluation.measurement import CARD_PRECISION, MEASURES

ROWS, CUSTOMERS = 3_000, 150
SAME = {"difference": 0.0, "low": 0.0, "high": 0.0, "p_value": 1.0}
DAY, NIGHT = "hour: day", "hour: night"
DRAW = np.random.default_rng(5)
IS_NIGHT = DRAW.random(ROWS) < 0.3
IS_FRAUD = DRAW.random(ROWS) < 0.06


def holdout_of(is_fraud: np.ndarray) -> Holdout:
    """Three weeks of customers by day and by night."""
    table = pa.table({"amount_minor": DRAW.integers(100, 9_000, ROWS), "is_night": IS_NIGHT.astype(float)})
    day = np.sort(DRAW.integers(0, 21, ROWS))
    return Holdout(table, is_fraud, table["amount_minor"].to_numpy(), DRAW.integers(0, CUSTOMERS, ROWS), day, 0)


HOLDOUT = holdout_of(IS_FRAUD)


def candidate(name: str, role: str, scores: np.ndarray, **changes) -> EvaluatedCandidate:
    """A model that alerts from one half on."""
    return replace(EvaluatedCandidate(name, role, scores, scores >= 0.5, family=name, version="1"), **changes)


GOOD = np.clip(IS_FRAUD * 0.5 + DRAW.random(ROWS) * 0.5, 0, 1)
BLIND_AT_NIGHT = np.where(IS_NIGHT, DRAW.random(ROWS), GOOD)
RULES = candidate("rules", "rules", DRAW.random(ROWS), is_probability=False)
PRODUCTION = candidate("light", "production", GOOD)
CHALLENGER = candidate("heavy", "challenger", BLIND_AT_NIGHT)


@pytest.fixture(scope="module")
def judged() -> dict:
    """All three on the same rows."""
    return judge([RULES, PRODUCTION, CHALLENGER], HOLDOUT, {})


def test_a_segment_has_the_measures_of_its_own_rows(judged: dict) -> None:
    """As scikit-learn has them on those rows alone; the rows of its threshold too are its own."""
    for name, rows in ((DAY, ~IS_NIGHT), (NIGHT, IS_NIGHT)):
        metrics = judged["candidates"][1]["segments"][name]["metrics"]
        truth, scores = IS_FRAUD[rows], BLIND_AT_NIGHT[rows]
        assert metrics["average_precision"]["value"] == pytest.approx(average_precision_score(truth, scores))
        assert metrics["auc_roc"]["value"] == pytest.approx(roc_auc_score(truth, scores))
        assert (metrics["auc_roc"]["n"], metrics["auc_roc"]["frauds"]) == (rows.sum(), truth.sum())
        known = [figure for figure in metrics.values() if figure["value"] is not None]
        assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in known)


def test_card_precision_is_of_the_whole_only(judged: dict) -> None:
    """Analysts look at a hundred customers a day, not at a hundred of each segment."""
    metrics = judged["candidates"][0]["segments"][DAY]["metrics"]
    assert set(metrics) == {*MEASURES} - {CARD_PRECISION}


def test_money_adds_up_over_the_segments_of_a_split(judged: dict) -> None:
    """Each row is in one of them."""
    challenger = judged["candidates"][1]
    parts = [challenger["segments"][name]["metrics"]["expected_cost_minor"]["value"] for name in (DAY, NIGHT)]
    assert sum(parts) == challenger["metrics"]["expected_cost_minor"]["value"]


def test_a_loss_in_one_segment_is_seen_there(judged: dict) -> None:
    """The whole paired interval lies below zero by night; by day the two models are one."""
    segments = judged["candidates"][1]["segments"]
    assert segments[NIGHT]["against_production"]["average_precision"]["high"] < 0
    assert segments[DAY]["against_production"]["average_precision"] == SAME


def test_a_fallback_that_answers_stands_in_productions_place(judged: dict) -> None:
    """A challenger is compared with it as it would be with production."""
    document = judge([RULES, replace(PRODUCTION, role="fallback"), CHALLENGER], HOLDOUT, {})
    compared, usual = document["candidates"][1], judged["candidates"][1]
    assert compared["against_production"] == usual["against_production"]
    assert document["candidates"][0]["role"] == "fallback"


def test_segments_say_how_much_they_are(judged: dict) -> None:
    """Once, not per candidate."""
    (night,) = [segment for segment in judged["segments"] if segment["name"] == NIGHT]
    defrauded = len(set(HOLDOUT.customer[IS_FRAUD & IS_NIGHT]))
    assert (night["rows"], night["frauds"], night["defrauded_customers"]) == (
        IS_NIGHT.sum(),
        (IS_FRAUD & IS_NIGHT).sum(),
        defrauded,
    )


@pytest.mark.parametrize(("defrauded", "is_judged"), [(MINIMUM_DEFRAUDED - 1, False), (MINIMUM_DEFRAUDED, True)])
def test_too_few_defrauded_customers_make_a_segment_unavailable(defrauded: int, is_judged: bool) -> None:
    """However many frauds they have: every figure says the reason, and nothing is compared."""
    few = np.unique(HOLDOUT.customer)[:defrauded]
    holdout = replace(HOLDOUT, is_fraud=np.isin(HOLDOUT.customer, few))
    segment = judge([RULES, PRODUCTION, CHALLENGER], holdout, {})["candidates"][1]["segments"][DAY]
    assert (segment["against_production"] is not None) == is_judged
    if not is_judged:
        frauds = (holdout.is_fraud & ~IS_NIGHT).sum()
        reason = f"the segment has {frauds} frauds of 9 customers, at least 10 defrauded customers are needed"
        assert {(figure["value"], figure["reason"]) for figure in segment["metrics"].values()} == {(None, reason)}


def test_a_model_that_cannot_be_scored_says_so_in_every_segment() -> None:
    """Its own reason, not that of the segment."""
    broken = replace(CHALLENGER, scores=None, is_alert=None, reason="the holdout lacks x")
    document = judge([RULES, broken], holdout_of(np.zeros(ROWS, bool)), {})["candidates"][0]
    reasons = {figure["reason"] for part in document["segments"].values() for figure in part["metrics"].values()}
    assert reasons == {"the holdout lacks x"}


def test_an_empty_holdout_is_judged_without_segments() -> None:
    """All figures are unavailable, and say why."""
    nobody = np.zeros(0, np.int64)
    empty = Holdout(pa.table({"amount_minor": nobody}), nobody.astype(bool), nobody, nobody, nobody, 0)
    document = judge([candidate("rules", "rules", np.zeros(0))], empty, {})
    assert document["segments"] == []
    assert document["baseline_rules"]["metrics"]["average_precision"]["reason"] == "the holdout is empty"
