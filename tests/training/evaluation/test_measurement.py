"""Candidates on one holdout: intervals, differences, and figures that cannot be had."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.holdout import Holdout, make_holdout
from training.evaluation.measurement import (
    ALERT_COST_MINOR,
    CARD_PRECISION,
    MEASURES,
    cost_minor,
    customer_weights,
    measure,
    summary,
)

ROWS = 600


def holdout_of(is_fraud: np.ndarray) -> Holdout:
    """Rows of fifty customers over two days."""
    draw = np.random.default_rng(1)
    customer = draw.integers(0, 50, len(is_fraud))
    return Holdout(pa.table({}), is_fraud, np.full(len(is_fraud), 9_000), customer, np.arange(len(is_fraud)) % 2, 0)


DRAW = np.random.default_rng(2)
IS_FRAUD = DRAW.random(ROWS) < 0.1
HOLDOUT = holdout_of(IS_FRAUD)
WEIGHTS = customer_weights(50, resamples=60)


def candidate(scores: np.ndarray, name: str = "light/1") -> EvaluatedCandidate:
    """A model with these probabilities, alerting above one half."""
    return EvaluatedCandidate(name, "challenger", scores, scores >= 0.5)


GOOD = candidate(np.clip(IS_FRAUD * 0.4 + DRAW.random(ROWS) * 0.6, 0, 1))
POOR = candidate(DRAW.random(ROWS))


def test_every_measure_lies_in_its_interval() -> None:
    """On a holdout that has something of everything, none is missing."""
    measured = summary(GOOD, measure(GOOD, HOLDOUT, WEIGHTS), HOLDOUT)
    assert list(MEASURES) == list(measured)
    assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in measured.values())


def test_every_measure_says_what_it_stands_on() -> None:
    """Rows and frauds; card precision stands on customers, each once a day, and on the compromised among them."""
    measured = summary(GOOD, measure(GOOD, HOLDOUT, WEIGHTS), HOLDOUT)
    cards = measured.pop(CARD_PRECISION)
    assert {(figure["n"], figure["frauds"]) for figure in measured.values()} == {(ROWS, IS_FRAUD.sum())}
    of_day = list(zip(HOLDOUT.day, HOLDOUT.customer, strict=True))
    compromised = {one for one, is_fraud in zip(of_day, IS_FRAUD, strict=True) if is_fraud}
    assert (cards["n"], cards["compromised"], cards["days"]) == (len(set(of_day)), len(compromised), 2)


def test_an_alert_costs_time_and_a_missed_fraud_its_amount() -> None:
    """In minor units, row by row."""
    holdout = holdout_of(np.array([True, True, False, False]))
    alerts = np.array([True, False, True, False])
    assert cost_minor(alerts, holdout).tolist() == [ALERT_COST_MINOR, 9_000, ALERT_COST_MINOR, 0]


def test_without_frauds_a_figure_says_why_it_is_missing() -> None:
    """Never zero, never invented."""
    holdout = holdout_of(np.zeros(ROWS, bool))
    measured = summary(GOOD, measure(GOOD, holdout, WEIGHTS), holdout)
    assert measured["average_precision"] == {"value": None, "reason": "the holdout has no frauds", "n": ROWS, "frauds": 0}


def test_an_unscorable_candidate_says_why_everywhere() -> None:
    """A bundle whose features are gone is listed, with its reason."""
    broken = EvaluatedCandidate("light/0", "production", None, None, reason="the holdout lacks x")
    measured = summary(broken, measure(broken, HOLDOUT, WEIGHTS), HOLDOUT)
    assert {"the holdout lacks x"} == {figure["reason"] for figure in measured.values()}


def test_the_same_holdout_gives_the_same_intervals() -> None:
    """Resamples are seeded."""
    assert np.array_equal(customer_weights(7), customer_weights(7))


def test_customers_are_left_out_from_the_day_they_are_known() -> None:
    """Known on the second day: the first day's rows stay."""
    day_us = 86_400_000_000
    table = pa.table(
        {
            "occurred_us": [0, day_us, day_us],
            "customer_id": ["a", "a", "b"],
            "is_fraud": [False, True, False],
            "amount_minor": [1, 2, 3],
        }
    )
    holdout = make_holdout(table, {0: set(), 1: {"a"}})
    assert [holdout.table["customer_id"].to_pylist(), holdout.removed] == [["a", "b"], 1]
