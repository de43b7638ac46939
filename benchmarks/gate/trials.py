"""What the gate decides on one generated week: of each challenger alone, of three at once, and of three one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.gate.before import Before
from benchmarks.gate.challengers import CHALLENGERS, EQUALS, IDENTICAL, PRODUCTION, names_of, scores_of
from benchmarks.gate.weeks import Shared, Week
from greenfraud.promotion import decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from benchmarks.gate.platform import Platform
    from benchmarks.gate.shares import Shares

# Errors that terminals share are the hardest: a week has few of them with a fraud.
SHARED = (
    Shared("terminals", (30, 100), 0.5, 0.0),
    Shared("customers", (30, 100), 0.0, 0.5),
    Shared("both", (100, 100), 0.25, 0.25),
)
OF_A_BETTER_ONE = "both"  # where others than equals are judged too: at a hundred frauds
ONE, THREE, LOOKS = "equal_one", "equal_three", "equal_three_looks"


def run_trial(platform: Platform, draw: np.random.Generator, shared: Shared, shares: Shares) -> None:
    """Judge challengers on one week by the evaluate job, and count what the gate decides of each as if it were alone."""
    week = Week.draw(draw, shared)
    asked = CHALLENGERS if shared.name == OF_A_BETTER_ONE else (IDENTICAL, *EQUALS)
    scores = {name: values for name, values in scores_of(week, draw, shared).items() if name in {PRODUCTION, *asked}}
    evaluation = platform.judge(week, scores)
    alone = {kind: decide(among(evaluation, [kind])).outcome for kind in asked}
    before = Before(week, scores[PRODUCTION])
    count_equals(evaluation, alone, shared, shares)
    was = [before.would_promote(scores[name]) for name in EQUALS]
    for name in ("", f"_{shared.name}"):
        shares.count(f"{ONE}_promoted_share_before{name}", was[0])
        shares.count(f"{THREE}_promoted_share_before{name}", any(was))
    if shared.name == OF_A_BETTER_ONE:
        shares.count("better_promoted_share", alone["better"] == "promote")
        shares.count("better_promoted_share_before", before.would_promote(scores["better"]))
        for kind in ("leaking", "learned_the_holdout", "overfitted", "miscalibrated", "costlier"):
            shares.count(f"{kind}_promoted_share", alone[kind] == "promote")
            shares.count(f"{kind}_rejected_share", alone[kind] == "reject")


def count_equals(evaluation: dict[str, Any], alone: Mapping[str, str], shared: Shared, shares: Shares) -> None:
    """Count whether an identical one, an equal one, one of three, or one of three that came one after the other is promoted."""
    three = decide(among(evaluation, EQUALS)).outcome
    looks = [decide(among(evaluation, [kind], looks=place)).outcome for place, kind in enumerate(EQUALS, 1)]
    shares.count("identical_promoted_share", alone[IDENTICAL] == "promote")
    for name in ("", f"_{shared.name}"):
        shares.count(f"{ONE}_promoted_share{name}", alone[EQUALS[0]] == "promote")
        shares.count(f"{THREE}_promoted_share{name}", three == "promote")
        shares.count(f"{LOOKS}_promoted_share{name}", "promote" in looks)


def among(evaluation: dict[str, Any], kinds: Sequence[str], *, looks: int = 1) -> dict[str, Any]:
    """Return an evaluation as if only some challengers had been judged, at some look at the holdout."""
    names = names_of(kinds)
    kept = [item for item in evaluation["candidates"] if item["role"] != "challenger" or item["name"] in names]
    return evaluation | {"candidates": kept, "holdout": evaluation["holdout"] | {"looks": looks}}
