"""Money chooses among challengers that have earned promotion; carbon decides what ties in money, and only where it matters."""

from __future__ import annotations

from typing import Any

import pytest
from judged_candidates import BETTER, PERHAPS, SAME_COST, WORSE, against, challenger, evaluation, tied_with

from greenfraud.promotion import decide


def costing(cost_minor: float, family: str, grams: float | None = 0.01, **changes: Any) -> dict[str, Any]:
    """Return a challenger of this cost."""
    candidate = challenger(family, grams=grams, **changes)
    candidate["metrics"] |= {"expected_cost_minor": {"value": cost_minor}}
    return candidate


def test_the_cheapest_is_promoted():
    """Not the one that ranks best, nor the greenest: nobody showed that they tie in money."""
    light = costing(80_000, "light", 0.10, precision=0.68)
    decision = decide(evaluation(costing(90_000, "heavy", 0.01), light))
    assert (decision.outcome, decision.family) == ("promote", "light")
    assert decision.reasons[-1] == "light/v1 costs least of 2, 80000 minor units"


def test_among_ties_in_money_the_least_emissions_win():
    """Certainly less than a hundredth of the money at stake lies between them, and one is scored with a tenth of the carbon."""
    light = costing(80_050, "light", 0.01, against_challengers=tied_with("heavy/v1"))
    decision = decide(evaluation(costing(80_000, "heavy", 0.10), light))
    assert (decision.outcome, decision.family) == ("promote", "light")
    assert "tie in money; light/v1 emits least" in decision.reasons[-1]


def test_money_decides_before_carbon():
    """What may be dearer by more than the margin of a tie does not tie, however clean."""
    light = costing(80_050, "light", 0.01, against_challengers=tied_with("heavy/v1", high=201.0))
    assert decide(evaluation(costing(80_000, "heavy", 0.10), light)).family == "heavy"


def test_challengers_that_were_not_compared_do_not_tie():
    """A tie has to be measured."""
    assert decide(evaluation(costing(80_000, "heavy", 0.10), costing(80_050, "light", 0.01))).family == "heavy"


def test_a_cleaner_model_that_is_only_perhaps_better_does_not_win_a_tie():
    """Ties are decided among models that have earned promotion."""
    light = costing(80_050, "light", 0.01, against_production=against(PERHAPS), against_challengers=tied_with("heavy/v1"))
    assert decide(evaluation(costing(80_000, "heavy", 0.10), light)).family == "heavy"


def test_a_model_of_unknown_emissions_never_wins_a_tie():
    """Not measuring must not pay."""
    light = costing(80_050, "light", grams=None, against_challengers=tied_with("heavy/v1"))
    assert decide(evaluation(costing(80_000, "heavy", 0.10), light)).family == "heavy"


def test_a_saving_that_vanishes_in_the_whole_score_decides_nothing():
    """A model's own share of a score may be a hundredth of a hundredth of what the score emits."""
    light = costing(80_050, "light", 0.0999, against_challengers=tied_with("heavy/v1"))
    document = evaluation(costing(80_000, "heavy", 0.1), light)
    assert decide(document).family == "light"  # nobody told what a whole score emits
    assert decide(document | {"score_emissions_g_per_1000": 1.0}).family == "heavy"


def test_a_saving_that_vanishes_beside_the_training_decides_nothing():
    """What its training emitted is part of a whole score, and of many times what answering does."""
    light = costing(80_050, "light", 0.0970, against_challengers=tied_with("heavy/v1"))
    document = evaluation(costing(80_000, "heavy", 0.1), light) | {"score_emissions_g_per_1000": 0.002}
    assert decide(document).family == "heavy"


NO_LOSS = {"difference": 0.0, "low": -0.01, "high": 0.01}
EQUAL = {"difference": -0.001, "low": -0.015, "high": 0.013}
SAME_MONEY = {"difference": 0.0, "low": -100.0, "high": 100.0}


def green(grams: float = 0.01, **changed: Any) -> dict[str, Any]:
    """Return an evaluation of one challenger that equals production in everything but emissions, changed as told."""
    paired = {"average_precision": EQUAL, "expected_cost_minor": SAME_MONEY, "log_loss_share": NO_LOSS}
    production = challenger("heavy", grams=0.10, role="production", name="light/v0")
    document = evaluation(production, challenger("light", grams=grams, against_production=paired | changed))
    return document | {"score_emissions_g_per_1000": 1.0}


def test_the_greener_of_a_tie_with_production_replaces_it():
    """It is in nothing worse, and saves a relevant part of a whole score."""
    decision = decide(green())
    assert (decision.outcome, decision.family) == ("promote", "light")
    assert decision.reasons[-1].endswith("emits less, 0.01 instead of 0.1 g per 1,000 scores")
    assert decision.outcomes["light/v1"] == "promote"


@pytest.mark.parametrize(
    "changed",
    [
        {"grams": 0.095},
        {"average_precision": WORSE},
        {"average_precision": {"difference": -0.001, "low": -0.03, "high": 0.03}},
        {"expected_cost_minor": SAME_COST},
        {"log_loss_share": {"difference": 0.05, "low": -0.1, "high": 0.2}},
        {"log_loss_share": None},
    ],
    ids=["hardly greener", "worse", "unknown precision", "unknown money", "unknown loss", "no loss"],
)
def test_a_greener_model_that_may_be_worse_replaces_nothing(changed: dict[str, Any]):
    """Each of precision, money and probabilities has to be known to be no worse."""
    assert decide(green(**changed)).outcome != "promote"


def test_carbon_replaces_nothing_where_nobody_knows_what_a_score_emits():
    """Then nobody knows whether the saving matters."""
    document = green()
    del document["score_emissions_g_per_1000"]
    assert decide(document).outcome != "promote"


def test_a_certainly_better_model_needs_no_carbon():
    """However dirty."""
    assert decide(green(grams=5.0, average_precision=BETTER)).outcome == "promote"
