"""A model whose probabilities are certainly off is rejected by the gate, however well it ranks."""

from __future__ import annotations

import doctest

import pytest
from judged_candidates import BETTER, against, challenger, evaluation

from greenfraud import calibration_bounds
from greenfraud.promotion import decide

SLOPE, EXPECTED = "calibration_slope", "expected_over_observed"


@pytest.mark.parametrize("production", ["light/v0", None])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (SLOPE, 0.5, "calibration slope 0.50 (0.40 to 0.60) lies outside of 0.67 to 1.50"),
        (SLOPE, 1.7, "calibration slope 1.70 (1.60 to 1.80) lies outside of 0.67 to 1.50"),
        (EXPECTED, 0.5, "expected over observed frauds 0.50 (0.40 to 0.60) lies outside of 0.67 to 1.50"),
    ],
)
def test_a_better_model_whose_probabilities_are_certainly_off_is_rejected(
    name: str, value: float, words: str, production: str | None
):
    """Thresholds and costs take them at their word. Nor is a first model promoted with them."""
    candidate = challenger("light", against_production=against(BETTER), against_rules=against(BETTER))
    candidate["metrics"] |= {name: {"value": value, "low": value - 0.1, "high": value + 0.1}}
    decision = decide(evaluation(candidate, production=production))
    assert decision.outcome == "reject"
    assert decision.reasons[-1].endswith(f"; its probabilities are off: {words}")


@pytest.mark.parametrize(("name", "value"), [(SLOPE, 0.6), (SLOPE, 1.0), (EXPECTED, 1.58)])
def test_probabilities_that_are_perhaps_in_bounds_hold_nobody_back(name: str, value: float):
    """As long as the interval reaches them."""
    candidate = challenger("light", against_production=against(BETTER))
    candidate["metrics"] |= {name: {"value": value, "low": value - 0.1, "high": value + 0.1}}
    assert decide(evaluation(candidate)).outcome == "promote"


def test_a_slope_that_could_not_be_computed_never_promotes():
    """The reason is told."""
    candidate = challenger("light", against_production=against(BETTER))
    candidate["metrics"] |= {SLOPE: {"value": None, "reason": "frauds part completely"}}
    decision = decide(evaluation(candidate))
    assert decision.outcome == "shadow"
    assert decision.reasons[-1].endswith("calibration slope could not be computed: frauds part completely")


def test_the_examples_of_bounds_hold():
    """In words."""
    assert doctest.testmod(calibration_bounds).failed == 0
