"""A segment in which a challenger is worse is a warning, and beyond its margin a veto."""

from __future__ import annotations

from typing import Any

import pytest
from judged_candidates import BETTER, DEARER, PERHAPS, WORSE, against, challenger, evaluation

from greenfraud.promotion import decide


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


WORSE_BY_FAR = {"difference": -0.11, "low": -0.16, "high": -0.06}
DEARER_BY_FAR = {"difference": 6_000.0, "low": 2_100.0, "high": 9_900.0}


@pytest.mark.parametrize("found", [against(WORSE_BY_FAR), against(BETTER, DEARER_BY_FAR)], ids=["precision", "money"])
def test_a_segment_that_is_certainly_worse_than_its_margin_vetoes(found: dict[str, Any]):
    """No gain elsewhere makes up for it."""
    decision = decide(evaluation(challenger("light") | in_segments(night=found, day=against(BETTER))))
    assert decision.outcome == "reject"
    assert "certainly worse than production light/v0 in 'night'" in decision.reasons[0]


def test_a_segments_margin_is_of_its_own_money():
    """A tenth of what its own frauds took, not of the whole week's."""
    document = evaluation(challenger("light") | in_segments(night=against(BETTER, DEARER)))
    assert decide(document).outcome == "promote"
    small = {"segments": [{"name": "night", "fraud_amount_minor": 1_000}]}
    assert decide(document | small).outcome == "reject"


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
