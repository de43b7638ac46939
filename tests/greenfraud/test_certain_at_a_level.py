"""What "certainly better" means where several challengers, or several looks, have a chance to look so."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from judged_candidates import BETTER, against, challenger, evaluation

from greenfraud.errors import ContractError
from greenfraud.gate import intervals, margins
from greenfraud.gate.margins import Margins
from greenfraud.promotion import decide


def seen_by_chance(family: str, p_value: float) -> dict[str, Any]:
    """Return a challenger that equals would beat so often."""
    return challenger(family, against_production=against(BETTER | {"p_value": p_value}))


def looked_at(times: int, *candidates: dict[str, Any]) -> dict[str, Any]:
    """Return an evaluation on a holdout that challengers were judged on so often."""
    document = evaluation(*candidates)
    document["holdout"] |= {"looks": times}
    return document


def test_one_challenger_meets_the_whole_level():
    """At 2.5 %, as one side of an interval of 95 %."""
    assert decide(evaluation(seen_by_chance("light", 0.025))).outcome == "promote"
    assert decide(evaluation(seen_by_chance("light", 0.026))).outcome == "shadow"


def test_of_three_challengers_the_clearest_meets_a_third_of_it():
    """One of three equals would look better three times as often."""
    others = seen_by_chance("heavy", 0.5), seen_by_chance("baseline", 0.6)
    assert decide(evaluation(seen_by_chance("light", 0.008), *others)).outcome == "promote"
    decision = decide(evaluation(seen_by_chance("light", 0.009), *others))
    assert decision.outcome == "shadow"
    assert "perhaps better, not certainly at a level of 0.83% (3 challengers)" in decision.reasons[0]


def test_after_the_clearest_the_next_meets_half():
    """Who is better in truth no longer counts among those that chance may favour."""
    light, heavy = seen_by_chance("light", 0.012), seen_by_chance("heavy", 0.012)
    assert decide(evaluation(light, heavy)).outcome == "promote"
    reasons = decide(evaluation(light, heavy, seen_by_chance("baseline", 0.001))).reasons
    assert [" certainly better at" in reason for reason in reasons[:3]] == [True, True, True]
    blocked = decide(evaluation(light, heavy, seen_by_chance("baseline", 0.9)))
    assert blocked.outcome == "shadow"


def test_each_look_at_the_same_holdout_has_half_the_level_of_the_one_before():
    """Whoever asks often enough is answered yes once; a fresh week is a new holdout."""
    assert decide(looked_at(2, seen_by_chance("light", 0.0125))).outcome == "promote"
    decision = decide(looked_at(2, seen_by_chance("light", 0.0126)))
    assert decision.outcome == "shadow"
    assert "at a level of 1.25% (look 2 at this holdout)" in decision.reasons[0]


def test_all_looks_together_have_twice_the_level():
    """However often somebody looks: five in a hundred."""
    assert sum(Margins().level_at(look) for look in range(1, 60)) <= 0.05


def test_an_evaluation_of_an_earlier_release_says_it_by_its_interval():
    """It has neither a count of looks nor a chance."""
    assert decide(evaluation(challenger("light"))).outcome == "promote"


@pytest.mark.parametrize("broken", [{"level": 0.5}, {"level": 0.0}, {"cost_share": -0.1}, {"minimum_frauds": float("nan")}])
def test_a_margin_that_cannot_be_is_refused_by_name(broken: dict[str, float]):
    """A wrong setting would promote everybody, or nobody."""
    with pytest.raises(ContractError, match=next(iter(broken))):
        Margins(**broken)


@pytest.mark.parametrize("module", [margins, intervals])
def test_the_examples_hold(module: Any):
    """In words."""
    assert doctest.testmod(module).failed == 0
