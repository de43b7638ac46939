"""Carbon decides among challengers that tie in value, and only there."""

from __future__ import annotations

from judged_candidates import PERHAPS, against, challenger, evaluation, tied_with

from greenfraud.promotion import decide


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
