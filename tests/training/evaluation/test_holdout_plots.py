"""The curves of an evaluation, and their pictures."""

from __future__ import annotations

import doctest
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from training.evaluation import curves, holdout_plots
from training.evaluation.curves import FRAUD_BINS, POINTS, precision_recall, reliability, reliability_by_frauds
from training.evaluation.holdout_plots import calibration_plot, precision_recall_plot, reliability_plot
from training.model.ranking import average_precision

HOLDOUT = {"chunk": "20260312-20260319", "rows": 2_000, "frauds": 40}
SVG = "{http://www.w3.org/2000/svg}"


def scored(rows: int = 2_000, frauds: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Scores with many ties, and who was a fraud."""
    draw = np.random.default_rng(3)
    is_fraud = np.arange(rows) < frauds
    return np.round(np.clip(draw.normal(0.2 + 0.4 * is_fraud, 0.2), 0, 1), 2), is_fraud


def candidate(name: str, role: str, family: str | None) -> dict[str, Any]:
    """One of an evaluation."""
    metric = {"value": 0.5, "low": 0.4, "high": 0.6}
    return {"name": name, "role": role, "family": family, "metrics": {"average_precision": metric, "ece": metric}}


def words(picture: str) -> list[str]:
    """All text of a picture, which must be well-formed."""
    return [element.text or "" for element in ET.fromstring(picture).iter(f"{SVG}text")]


def test_the_examples_hold() -> None:
    """One formula each."""
    assert [doctest.testmod(module).failed for module in (curves, holdout_plots)] == [0, 0]


def test_the_area_under_the_drawn_steps_is_the_average_precision() -> None:
    """What is seen is what was measured, ties included."""
    scores, is_fraud = scored()
    before = [0.0, *(recall for recall, _ in precision_recall(scores, is_fraud))]
    area = sum(
        (recall - left) * precision for (recall, precision), left in zip(precision_recall(scores, is_fraud), before, strict=False)
    )
    assert area == pytest.approx(average_precision(scores, is_fraud))


def test_a_long_curve_is_thinned_to_its_ends() -> None:
    """Thousands of frauds make no larger file."""
    scores = np.random.default_rng(1).random(20_000)
    points = precision_recall(scores, scores > 0.5)
    assert len(points) == POINTS
    assert points[-1] == [1.0, 1.0]


def test_the_bins_are_those_of_the_calibration_error() -> None:
    """Their weighted distances add up to it, and empty ones are left out."""
    probability, is_fraud = scored()
    bins = reliability(probability, is_fraud)
    assert sum(entry["rows"] for entry in bins) == len(probability)
    assert all(entry["rows"] for entry in bins)
    distance = sum(abs(entry["rows"] * entry["mean_probability"] - entry["frauds"]) for entry in bins) / len(probability)
    places = np.minimum((probability * 10).astype(int), 9)
    expected = sum(abs((probability - is_fraud)[places == place].sum()) for place in range(10)) / len(probability)
    assert distance == pytest.approx(expected)


def test_the_picture_names_candidates_with_their_intervals_and_the_holdout() -> None:
    """One that could not be scored has no curve and no line in the key."""
    candidates = [
        candidate("rules", "rules", None),
        candidate("light/<1>", "challenger", "light"),
        candidate("x", "production", "x"),
    ]
    drawn = {item["name"]: {"precision_recall": precision_recall(*scored())} for item in candidates[:2]}
    said = words(precision_recall_plot(candidates, drawn, HOLDOUT, main="light/<1>"))
    assert "holdout 20260312-20260319: 2,000 transactions, 40 frauds" in said
    assert said[-2:] == ["rules: AP 0.500 (0.400 to 0.600)", "light/<1>, challenger: AP 0.500 (0.400 to 0.600)"]


def test_calibration_shows_rows_and_frauds_of_every_bin() -> None:
    """A point on few rows is seen to stand on few."""
    bins = [
        {"bin": 0, "rows": 1_990, "frauds": 4, "mean_probability": 0.002},
        {"bin": 9, "rows": 10, "frauds": 9, "mean_probability": 0.93},
    ]
    said = words(calibration_plot(candidate("light/1", "challenger", "light"), bins, HOLDOUT))
    assert {"rows", "frauds", "1,990", "4", "10", "9"} <= set(said)
    assert "measured, with 95 % interval (Wilson); error 0.500 (0.400 to 0.600)" in said


def test_bins_of_equal_frauds_leave_no_row_out_and_part_no_ties() -> None:
    """Each holds about a tenth of the frauds; where all are told alike, there is one."""
    probability, is_fraud = np.random.default_rng(5).random(3_000) ** 4, np.arange(3_000) % 30 == 0
    bins = reliability_by_frauds(probability, is_fraud)
    assert [entry["frauds"] for entry in bins] == [10] * FRAUD_BINS
    assert sum(entry["rows"] for entry in bins) == len(probability)
    ties = reliability_by_frauds(*scored())
    assert (sum(entry["rows"] for entry in ties), sum(entry["frauds"] for entry in ties)) == (2_000, 40)
    assert len(reliability_by_frauds(np.full(9, 0.5), np.arange(9) < 3)) == 1


def test_reliability_tells_slope_and_expected_frauds() -> None:
    """With their intervals."""
    metric = {"value": 0.9, "low": 0.8, "high": 1.0}
    named = candidate("light/1", "challenger", "light")
    named["metrics"] |= {"calibration_slope": metric, "expected_over_observed": metric}
    said = words(reliability_plot(named, reliability_by_frauds(*scored()), HOLDOUT))
    assert "Reliability of light/1, bins of equally many frauds" in said
    assert said[-1] == "slope 0.900 (0.800 to 1.000); expected over observed 0.900 (0.800 to 1.000)"


def test_equal_figures_are_equal_files() -> None:
    """A picture says nothing of when it was drawn, and a name with signs of mathematics stays as it is."""
    named = candidate("li$ght$/1", "challenger", "light")
    curves = {named["name"]: {"precision_recall": precision_recall(*scored())}}
    first, second = (precision_recall_plot([named], curves, HOLDOUT) for _ in range(2))
    assert first == second
    assert "li$ght$/1, challenger: AP 0.500 (0.400 to 0.600)" in words(first)
