"""A week shows drift only beyond its limits, and where chance could have made a figure it is not looked at."""

from __future__ import annotations

from typing import Any

import pytest

from greenfraud.bundle import SCORE
from training.evaluation.drift_signs import on_arrival, on_truth, shown


def week(**changes: Any) -> dict[str, Any]:
    """A week like those before it: 20 inputs, none drifted, and quality as it is usual."""
    columns = {f"input_{number}": {"psi": 0.01} for number in range(20)} | {SCORE: {"psi": changes.pop("score", 0.01)}}
    drifted = [f"input_{number}" for number in range(changes.pop("drifted", 0))]
    figures = {"high": 0.9, "low": 0.7, "frauds": 60.0, "found": 0.8, "rows": 5_000} | changes
    return {
        "covariates": {"rows": figures["rows"], "drifted": drifted, "columns": columns},
        "estimated": {"frauds": {"value": figures["frauds"]}, "adjusted_precision": {"high": figures["high"]}},
        "estimated_of_judged": {"adjusted_precision": {"low": figures["low"]}},
        "measured": {"frauds": figures["frauds"], "adjusted_precision": figures["found"]},
    }


PAST = [week(found=found) for found in (0.7, 0.8, 0.75, 0.85)]


def test_a_week_like_those_before_it_shows_nothing():
    """Everything was looked at."""
    assert [look["sign"] for look in on_arrival(week(), PAST)] == ["inputs", "score", "estimated_quality"]
    assert shown(on_arrival(week(), PAST)) == shown(on_truth(week(), PAST)) == []


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({"score": 0.25}, "score"),
        ({"drifted": 2}, "inputs"),  # a tenth of twenty
        ({"high": 0.77}, "estimated_quality"),  # the median of what is known is 0.775
    ],
)
def test_each_figure_beyond_its_limit_is_a_sign_before_the_labels(changes: dict[str, Any], sign: str):
    """One alone suffices."""
    assert shown(on_arrival(week(**changes), PAST)) == [sign]


@pytest.mark.parametrize("changes", [{"score": 0.249}, {"drifted": 1}, {"high": 0.775}])
def test_what_is_within_its_limit_is_none(changes: dict[str, Any]):
    """One input of twenty is the window of a young platform."""
    assert shown(on_arrival(week(**changes), PAST)) == []


def test_frauds_that_rank_below_what_was_promised_at_least_are_a_sign_of_the_truth():
    """The promise is the estimate's interval on the same payments."""
    assert shown(on_truth(week(found=0.69), PAST)) == ["measured_quality"]
    assert shown(on_truth(week(found=0.7), PAST)) == []


def test_of_few_rows_few_frauds_or_few_weeks_nothing_is_said():
    """Neither that there is drift nor that there is none."""
    assert [look["sign"] for look in on_arrival(week(rows=499, score=9.0), PAST)] == ["estimated_quality"]
    assert [look["sign"] for look in on_arrival(week(frauds=29.0, high=0.1), PAST)] == ["inputs", "score"]
    assert [look["sign"] for look in on_arrival(week(high=0.1), PAST[1:])] == ["inputs", "score"]
    assert on_truth(week(found=0.1, frauds=29.0), PAST) == on_truth(week(found=0.1), PAST[1:]) == []


def test_weeks_that_an_earlier_release_measured_do_not_say_what_is_usual():
    """They lack the figure."""
    earlier = [{"measured": {"frauds": 50.0, "average_precision": 0.8}}] * 4
    assert [look["sign"] for look in on_arrival(week(high=0.1), earlier)] == ["inputs", "score"]


def test_a_bundle_without_a_baseline_and_a_week_without_a_model_say_nothing_of_inputs():
    """There is nothing to compare with."""
    for covariates in (None, {"rows": 5_000, "drifted": [], "columns": {}}):
        assert [look["sign"] for look in on_arrival(week() | {"covariates": covariates}, PAST)] == ["estimated_quality"]
