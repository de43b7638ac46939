"""Calibration counts a payment that chance let through as often as it stands for such payments: a case computed by hand."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pyarrow as pa
import pytest

from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.curves import curves_document
from training.evaluation.holdout import make_holdout
from training.evaluation.measurement import customer_weights, measure
from training.evaluation.reliability import Reliability
from training.features.propensity import stood_for

# Four payments at 0.8, three of them frauds, and four at 0.2, two of them frauds; of each, one row stands for several.
ROWS = [(0.8, True, 3.0), (0.8, False, 1.0), (0.2, True, 2.0), (0.2, False, 1.0), (0.2, False, 1.0)]
# Odds of 3 at a logit of log 4, and of 1 at -log 4; the intercept c has sum sigmoid(logit + c) = 5, a quadratic in exp(c).
SLOPE, INTERCEPT = log(3.0) / (2.0 * log(4.0)), log((4.25 + sqrt(4.25**2 + 60.0)) / 6.0)
EXPECTED_OVER_OBSERVED, BRIER = 4.0 / 5.0, (3 * 0.04 + 0.64 + 2 * 0.64 + 2 * 0.04) / 8.0


@pytest.fixture(scope="module")
def chunk() -> pa.Table:
    """A chunk's file: every row of a customer of its own."""
    probability, is_fraud, weight = (list(column) for column in zip(*ROWS, strict=True))
    columns = {"is_fraud": is_fraud, "weight": weight, "probability": probability, "customer_id": list("abcde")}
    return pa.table({**columns, "occurred_us": [0] * len(ROWS), "amount_minor": [1_000] * len(ROWS)})


def test_slope_intercept_ratio_and_bins_count_what_each_row_stands_for(chunk: pa.Table) -> None:
    """As every other measure of a holdout does; without weights the slope would be 0.25."""
    holdout = make_holdout(stood_for(chunk), {})
    scores = np.array(holdout.table["probability"].to_numpy())
    candidate = EvaluatedCandidate("light", "challenger", scores, scores > 0.5)
    found = {name: sample[0] for name, sample in measure(candidate, holdout, customer_weights(5, 3)).items()}
    assert found["calibration_slope"] == pytest.approx(SLOPE)
    assert found["calibration_intercept"] == pytest.approx(INTERCEPT)
    assert found["expected_over_observed"] == pytest.approx(EXPECTED_OVER_OBSERVED)
    assert found["brier"] == pytest.approx(BRIER)
    bins = curves_document([candidate], holdout)["candidates"]["light"]["reliability"]
    assert [(one["rows"], one["frauds"], one["mean_probability"]) for one in bins] == [
        (4, 2, pytest.approx(0.2)),
        (4, 3, pytest.approx(0.8)),
    ]


def test_what_is_corrected_by_counts_it_too_and_asks_for_as_many_frauds_as_were_seen() -> None:
    """One fraud that stands for two hundred is one payment's word."""
    probability, is_fraud, weight = (np.array(column) for column in zip(*ROWS, strict=True))
    known = Reliability.of(probability, is_fraud, weight)
    has_any = known.rows > 0
    assert known.rows[has_any].tolist() == [4.0, 4.0]
    assert known.frauds[has_any].tolist() == [2.0, 3.0]
    assert (known.log_odds / np.maximum(known.rows, 1.0))[has_any] == pytest.approx([-log(4.0), log(4.0)])
    assert Reliability.of(probability, is_fraud, 100.0 * weight).correct(probability) == pytest.approx(probability)
    many = Reliability.pooled([known] * 15)  # thirty frauds
    assert many.correct(probability) == pytest.approx([0.75, 0.75, 0.5, 0.5, 0.5])


def test_what_an_earlier_release_kept_is_read() -> None:
    """There, every fraud was one."""
    body = Reliability.of(np.array([0.5]), np.array([True])).to_json()
    del body["seen"]
    assert Reliability.from_json(body).seen.sum() == 1.0
