"""The gate promotes what is better, shadows what may be, rejects the rest, and says why."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from greenfraud import calibration_bounds
from greenfraud.errors import ContractError
from greenfraud.promotion import decide

BETTER = {"difference": 0.05, "low": 0.02, "high": 0.08}
PERHAPS = {"difference": 0.01, "low": -0.01, "high": 0.03}
WORSE = {"difference": -0.05, "low": -0.08, "high": -0.02}
SAME_COST = {"difference": 10.0, "low": -500.0, "high": 520.0}
DEARER = {"difference": 900.0, "low": 300.0, "high": 1500.0}


def challenger(family: str, precision: float = 0.7, grams: float | None = 0.01, **changes: Any) -> dict[str, Any]:
    """Return a candidate that beats both production and rules, changed as told."""
    metric = {"value": precision, "low": precision - 0.02, "high": precision + 0.02, "n": 1000}
    cost = {"value": 1e5, "low": 9e4, "high": 1.1e5, "n": 1000}
    paired = {"average_precision": BETTER, "expected_cost_minor": SAME_COST}
    candidate = {
        "name": f"{family}/v1",
        "family": family,
        "version": "v1",
        "role": "challenger",
        "metrics": {"average_precision": metric, "expected_cost_minor": cost},
        "emissions_g_per_1000": grams,
        "against_production": paired,
        "against_rules": paired,
    }
    return candidate | changes


def tied_with(name: str, high: float = 0.01) -> dict[str, Any]:
    """Return the comparison with a better challenger; below 0, `high` says that the bootstrap can tell them apart."""
    precision = {"difference": -0.01, "low": -0.03, "high": high}
    return {name: {"average_precision": precision, "expected_cost_minor": SAME_COST}}


def evaluation(*candidates: dict[str, Any], production: str | None = "light/v0", frauds: int = 100) -> dict[str, Any]:
    """Return an evaluation of the candidates."""
    holdout = {"chunk": "20180501-20180508", "rows": 5000, "frauds": frauds}
    return {"schema": 1, "holdout": holdout, "production": production, "candidates": list(candidates)}


def against(precision: dict[str, float] | None, cost: dict[str, float] | None = SAME_COST) -> dict[str, Any]:
    """Return paired differences."""
    return {"average_precision": precision, "expected_cost_minor": cost}


def test_a_certainly_better_challenger_is_promoted():
    """Its whole interval lies above 0."""
    decision = decide(evaluation(challenger("light")))
    assert (decision.outcome, decision.family, decision.version) == ("promote", "light", "v1")
    assert "certainly better" in decision.reasons[0]


def test_a_perhaps_better_challenger_is_shadowed():
    """A near miss deserves watching, not serving."""
    decision = decide(evaluation(challenger("light", against_production=against(PERHAPS))))
    assert (decision.outcome, decision.family) == ("shadow", "light")


def test_a_worse_challenger_is_rejected():
    """Nobody serves it."""
    decision = decide(evaluation(challenger("light", against_production=against(WORSE))))
    assert (decision.outcome, decision.family, decision.version) == ("reject", None, None)


def test_an_identical_challenger_is_rejected():
    """No difference is no reason to change."""
    nothing = {"difference": 0.0, "low": 0.0, "high": 0.0}
    assert decide(evaluation(challenger("light", against_production=against(nothing)))).outcome == "reject"


def test_a_certainly_dearer_challenger_is_shadowed():
    """Ranking better does not excuse losing money."""
    decision = decide(evaluation(challenger("light", against_production=against(BETTER, DEARER))))
    assert decision.outcome == "shadow"
    assert "certainly dearer" in decision.reasons[0]


def test_a_cost_that_was_not_compared_does_not_promote():
    """Unknown money is not saved money."""
    assert decide(evaluation(challenger("light", against_production=against(BETTER, None)))).outcome == "shadow"


def test_the_first_model_must_beat_the_rules():
    """Without a production model, the rules are the one to beat."""
    better = challenger("light", against_production=None)
    assert decide(evaluation(better, production=None)).outcome == "promote"
    equal = challenger("light", against_production=None, against_rules=against(PERHAPS))
    assert decide(evaluation(equal, production=None)).outcome == "shadow"


PASSED_OVER = "production light/v0 cannot be served: no longer computed as the model learned them: amount"


def test_a_production_that_cannot_be_served_is_no_rival():
    """The rules answer in its place: a challenger that they do not match is promoted, whatever the other scored on new values."""
    document = evaluation(challenger("light", against_production=None)) | {"rival": None, "passed_over": [PASSED_OVER]}
    decision = decide(document)
    assert (decision.outcome, decision.reasons[0]) == ("promote", PASSED_OVER)
    assert "against the rules" in decision.reasons[1]


def test_the_fallback_is_the_rival_where_it_answers():
    """By its name; production is only told."""
    document = {"rival": "light/v9", "passed_over": [PASSED_OVER]}
    decision = decide(evaluation(challenger("light", against_production=against(PERHAPS))) | document)
    assert decision.outcome == "shadow"
    assert "against the fallback light/v9: perhaps better" in decision.reasons[1]


def test_a_challenger_that_never_met_production_is_rejected():
    """Beating the rules is not enough once a model serves."""
    decision = decide(evaluation(challenger("light", against_production=None)))
    assert (decision.outcome, decision.reasons) == ("reject", ["light/v1: was not compared with production light/v0"])


def test_too_few_frauds_promote_nothing():
    """The reason names how many are needed."""
    decision = decide(evaluation(challenger("light"), frauds=29))
    assert (decision.outcome, decision.reasons) == ("reject", ["the holdout has 29 frauds, at least 30 are needed"])


@pytest.mark.parametrize("name", ["average_precision", "expected_cost_minor"])
def test_a_figure_that_could_not_be_computed_never_promotes(name: str):
    """Its reason is passed on."""
    candidate = challenger("light")
    candidate["metrics"] |= {name: {"value": None, "reason": "one class only", "n": 0}}
    decision = decide(evaluation(candidate))
    assert (decision.outcome, decision.reasons) == ("reject", [f"light/v1: {name} could not be computed: one class only"])


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
def test_probabilities_that_are_certainly_off_hold_a_better_model_back(name: str, value: float, words: str, production: str | None):
    """Thresholds and costs take them at their word. Nor is a first model promoted with them."""
    candidate = challenger("light", against_production=against(BETTER), against_rules=against(BETTER))
    candidate["metrics"] |= {name: {"value": value, "low": value - 0.1, "high": value + 0.1}}
    decision = decide(evaluation(candidate, production=production))
    assert decision.outcome == "shadow"
    assert decision.reasons[-1].endswith(f"; but its probabilities are off: {words}")


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


def test_among_ties_the_least_emissions_win():
    """The bootstrap cannot tell 0.69 from 0.70, and it is scored with a tenth of the carbon."""
    light = challenger("light", 0.69, 0.01, against_challengers=tied_with("heavy/v1"))
    decision = decide(evaluation(challenger("heavy", 0.70, 0.10), light))
    assert (decision.outcome, decision.family) == ("promote", "light")
    assert "emits least" in decision.reasons[-1]


def test_value_decides_before_carbon():
    """What is certainly worse than the best does not tie with it, however clean, although their own intervals overlap."""
    light = challenger("light", 0.69, 0.01, against_challengers=tied_with("heavy/v1", high=-0.001))
    assert decide(evaluation(challenger("heavy", 0.70, 0.10), light)).family == "heavy"


def test_challengers_that_were_not_compared_do_not_tie():
    """A tie has to be measured."""
    assert decide(evaluation(challenger("heavy", 0.70, 0.10), challenger("light", 0.69, 0.01))).family == "heavy"


def test_a_cleaner_model_that_is_only_perhaps_better_does_not_win_a_tie():
    """Ties are decided among models that have earned promotion."""
    light = challenger("light", 0.70, 0.01, against_production=against(PERHAPS))
    assert decide(evaluation(challenger("heavy", 0.70, 0.10), light)).family == "heavy"


def test_a_model_of_unknown_emissions_never_wins_a_tie():
    """Not measuring must not pay."""
    light = challenger("light", 0.69, grams=None, against_challengers=tied_with("heavy/v1"))
    decision = decide(evaluation(challenger("heavy", 0.70, 0.10), light))
    assert decision.family == "heavy"


def test_an_interval_that_is_not_a_number_never_promotes():
    """NaN compares false with everything, which must not read as "not dearer"."""
    broken = {"difference": float("nan"), "low": float("nan"), "high": float("nan")}
    assert decide(evaluation(challenger("light", against_production=against(broken)))).outcome == "reject"
    assert decide(evaluation(challenger("light", against_production=against(BETTER, broken)))).outcome == "shadow"


def test_production_is_not_judged_against_itself():
    """Only challengers can be promoted."""
    decision = decide(evaluation(challenger("light", role="production")))
    assert (decision.outcome, decision.reasons) == ("reject", ["there is no challenger to judge"])


def in_segments(**paired: dict[str, Any] | None) -> dict[str, Any]:
    """Return a candidate's segments with these differences to production."""
    return {"segments": {name: {"metrics": {}, "against_production": found} for name, found in paired.items()}}


def test_a_segment_where_the_promoted_model_is_worse_is_a_warning():
    """It is promoted nevertheless; the reason names the segment, what is worse there, and among how many."""
    segments = in_segments(night=against(WORSE), day=against(BETTER), abroad=against(PERHAPS, DEARER), unseen=None)
    decision = decide(evaluation(challenger("light") | segments))
    assert (decision.outcome, decision.family) == ("promote", "light")
    about = "warning, of 3 segments compared: light/v1 is worse than production light/v0 in"
    assert decision.reasons[1:] == [
        f"{about} 'night': average precision -0.0500 (-0.0800 to -0.0200)",
        f"{about} 'abroad': expected cost +900 (+300 to +1500) minor units",
    ]


def test_only_what_is_promoted_is_warned_of():
    """Whoever is shadowed or rejected harms no segment."""
    segments = in_segments(night=against(WORSE))
    decision = decide(evaluation(challenger("light", against_production=against(PERHAPS)) | segments))
    assert (decision.outcome, len(decision.reasons)) == ("shadow", 1)


def test_a_difference_in_a_segment_that_is_unknown_warns_of_nothing():
    """Neither an undefined interval nor an evaluation from before there were segments."""
    unknown = {"difference": None, "low": None, "high": None, "reason": "one of the two is undefined"}
    decision = decide(evaluation(challenger("light") | in_segments(night=against(unknown, unknown))))
    assert len(decision.reasons) == 1


def test_a_malformed_evaluation_is_an_error():
    """Silence would look like a rejection."""
    with pytest.raises(ContractError, match="malformed evaluation"):
        decide({"candidates": [challenger("light")]})
