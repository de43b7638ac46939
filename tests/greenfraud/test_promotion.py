"""The gate promotes what is better, shadows what may be, rejects the rest, and says why."""

from __future__ import annotations

from typing import Any

import pytest
from judged_candidates import BETTER, DEARER, PERHAPS, WORSE, against, challenger, evaluation

from greenfraud.errors import ContractError
from greenfraud.promotion import decide, outcome_of


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


def test_a_certainly_dearer_challenger_is_rejected():
    """Ranking better does not excuse losing money."""
    decision = decide(evaluation(challenger("light", against_production=against(BETTER, DEARER))))
    assert decision.outcome == "reject"
    assert "expected cost +900 (+300 to +1500) minor units, margin 1000: certainly worse" in decision.reasons[0]


def test_a_cost_that_nobody_measured_well_does_not_promote():
    """It may be the same, and it may be dearer by more than the margin: who does not know, shadows."""
    unknown = {"difference": -50.0, "low": -1_500.0, "high": 1_400.0}
    decision = decide(evaluation(challenger("light", against_production=against(BETTER, unknown))))
    assert (decision.outcome, decision.family) == ("shadow", "light")
    assert "perhaps worse by more" in decision.reasons[0]


def test_what_is_dearer_by_more_than_the_margin_as_far_as_can_be_told_is_rejected():
    """Shadow is for what may turn out well; half of a doubt is not the same as the better half."""
    doubted = {"difference": 1_100.0, "low": -300.0, "high": 2_500.0}
    decision = decide(evaluation(challenger("light", against_production=against(BETTER, doubted))))
    assert decision.outcome == "reject"
    assert "worse by more, as far as can be told" in decision.reasons[0]


@pytest.mark.parametrize(("high", "answering", "outcome"), [(-0.5, 2.5, "promote"), (0.02, 2.5, "reject"), (-0.5, 1.0, "reject")])
def test_probabilities_that_are_off_pass_where_productions_are_worse(high: float, answering: float, outcome: str):
    """To keep production would keep the greater fault then; a sound one is not given up for better ranks."""

    def slope(value: float) -> dict[str, Any]:
        known = {"expected_over_observed": {"value": 1.0, "low": 0.9, "high": 1.1, "n": 100}}
        return known | {"calibration_slope": {"value": value, "low": value - 0.2, "high": value + 0.2, "n": 100}}

    paired = against(BETTER) | {"log_loss_share": {"difference": -0.6, "low": -0.7, "high": high}}
    found = challenger("light", against_production=paired)
    found["metrics"] |= slope(2.2)
    production = {"name": "light/v0", "role": "production", "metrics": slope(answering)}
    decision = decide(evaluation(found, production))
    assert decision.outcome == outcome
    assert "its probabilities are off" in decision.reasons[0]


def test_a_little_dearer_is_within_the_margin():
    """Certainly dearer, and certainly by less than matters."""
    little = {"difference": 300.0, "low": 100.0, "high": 500.0}
    assert decide(evaluation(challenger("light", against_production=against(BETTER, little)))).outcome == "promote"


def test_a_cost_that_was_not_compared_does_not_promote():
    """Unknown money is not saved money."""
    assert decide(evaluation(challenger("light", against_production=against(BETTER, None)))).outcome == "shadow"


def test_the_first_model_must_beat_the_rules():
    """Without a production model, the rules are the one to beat."""
    better = challenger("light", against_production=None)
    assert decide(evaluation(better, production=None)).outcome == "promote"
    equal = challenger("light", against_production=None, against_rules=against(PERHAPS))
    assert decide(evaluation(equal, production=None)).outcome == "shadow"


def test_the_first_model_must_not_be_dearer_than_the_rules():
    """It would be the first to lose the money that the rules have saved."""
    dearer = challenger("light", against_production=None, against_rules=against(BETTER, DEARER))
    decision = decide(evaluation(dearer, production=None))
    assert (decision.outcome, "certainly worse" in decision.reasons[0]) == ("reject", True)


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
    assert (decision.outcome, decision.reasons) == ("reject", ["light/v1 (reject): was not compared with production light/v0"])


def test_too_few_frauds_promote_nothing():
    """The reason names how many are needed."""
    decision = decide(evaluation(challenger("light"), frauds=29))
    assert (decision.outcome, decision.reasons) == ("reject", ["the holdout has 29 frauds, at least 30 are needed: 1 more"])


@pytest.mark.parametrize("name", ["average_precision", "expected_cost_minor"])
def test_a_figure_that_could_not_be_computed_never_promotes(name: str):
    """Its reason is passed on."""
    candidate = challenger("light")
    candidate["metrics"] |= {name: {"value": None, "reason": "one class only", "n": 0}}
    decision = decide(evaluation(candidate))
    assert (decision.outcome, decision.reasons) == ("reject", [f"light/v1 (reject): {name} could not be computed: one class only"])


def test_an_interval_that_is_not_a_number_never_promotes():
    """NaN compares false with everything, which must not read as "not dearer"."""
    broken = {"difference": float("nan"), "low": float("nan"), "high": float("nan")}
    assert decide(evaluation(challenger("light", against_production=against(broken)))).outcome == "reject"
    assert decide(evaluation(challenger("light", against_production=against(BETTER, broken)))).outcome == "shadow"


def test_production_is_not_judged_against_itself():
    """Only challengers can be promoted."""
    decision = decide(evaluation(challenger("light", role="production")))
    assert (decision.outcome, decision.reasons) == ("reject", ["there is no challenger to judge"])


def test_a_malformed_evaluation_is_an_error():
    """Silence would look like a rejection."""
    with pytest.raises(ContractError, match="malformed evaluation"):
        decide({"candidates": [challenger("light")]})


def test_each_challenger_keeps_what_it_earned_itself_whoever_is_chosen():
    """A dearer one that is certainly better too, one that is perhaps better, and one that is worse; the reasons say so, too."""
    dearer = {"average_precision": challenger("heavy")["metrics"]["average_precision"], "expected_cost_minor": {"value": 2e5}}
    candidates = [
        challenger("light"),
        challenger("heavy", metrics=dearer),
        challenger("baseline", against_production=against(PERHAPS)),
        challenger("other", against_production=against(WORSE)),
    ]
    decision = decide(evaluation(*candidates))
    assert (decision.outcome, decision.family) == ("promote", "light")
    assert decision.to_json()["outcomes"] == {
        "light/v1": "promote",
        "heavy/v1": "promote",
        "baseline/v1": "shadow",
        "other/v1": "reject",
    }
    begin = ["light/v1 (promote): ", "heavy/v1 (promote): ", "baseline/v1 (shadow): ", "other/v1 (reject): "]
    assert all(reason.startswith(expected) for reason, expected in zip(decision.reasons, begin, strict=False))


def test_where_frauds_are_missing_everybody_is_rejected():
    """Nobody was judged."""
    assert decide(evaluation(challenger("light"), challenger("heavy"), frauds=1)).outcomes == {
        "light/v1": "reject",
        "heavy/v1": "reject",
    }


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        ({"outcome": "promote", "family": "light", "version": "v1"}, "promote"),
        ({"outcome": "shadow", "family": "heavy", "version": "v1"}, "not chosen"),
        ({"outcome": "reject", "family": None, "version": None}, "reject"),
        ({"outcome": "promote", "family": "heavy", "version": "v1", "outcomes": {"light/v1": "shadow"}}, "shadow"),
    ],
)
def test_decisions_of_earlier_releases_are_still_read(decision, expected):
    """They tell one outcome."""
    assert outcome_of(decision, "light/v1") == expected
