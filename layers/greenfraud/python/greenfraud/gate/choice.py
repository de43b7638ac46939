"""Which of several is promoted: the cheapest in money, and among those that tie with it in money the greenest.

Carbon decides where it is relevant: a saving must be a share of what a whole score emits, its part of the training too. That is
what the model emits that would be turned down, never less than a score without a model (`score_emissions_g_per_1000` of the
evaluation). Where the latter is not known, any saving among ties decides, and none replaces production.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from greenfraud.gate.contest import Contest
from greenfraud.gate.intervals import measured
from greenfraud.gate.verdict import harms, uncomputable

Candidate = Mapping[str, Any]


def chosen_of(worthy: Sequence[Candidate], contest: Contest) -> tuple[Candidate, list[str]]:
    """Return whom to promote of those that have earned it, and why, where that was a choice."""
    if len(worthy) == 1:
        return worthy[0], []
    cheapest = min(worthy, key=lambda item: (_cost(item), grams(item)))
    tied = [item for item in worthy if item is cheapest or _ties(item, cheapest, contest)]
    greenest = min(tied, key=lambda item: (grams(item), _cost(item)))
    if greenest is cheapest or not _is_relevant(greenest, cheapest, contest):
        return cheapest, [f"{cheapest['name']} costs least of {len(worthy)}, {_cost(cheapest):.0f} minor units"]
    names = ", ".join(item["name"] for item in tied)
    return greenest, [f"{names} tie in money; {greenest['name']} emits least, {grams(greenest):.3g} g per 1,000 scores"]


def greener_than_production(contest: Contest) -> tuple[Candidate, list[str]] | None:
    """Return a challenger that is in nothing worse than production and saves relevant emissions, the greenest of them."""
    serving = [item for item in contest.evaluation["candidates"] if item["role"] == "production"]
    if not serving or not contest.evaluation.get("score_emissions_g_per_1000"):
        return None
    now = grams(serving[0])
    greener = [item for item in contest.challengers if _is_relevant(item, serving[0], contest) and _is_no_worse(item, contest)]
    if not greener:
        return None
    best = min(greener, key=grams)
    saved = f"{grams(best):.3g} instead of {now:.3g} g per 1,000 scores"
    return best, [f"{best['name']} is in nothing worse than {contest.rival} and emits less, {saved}"]


def grams(candidate: Candidate) -> float:
    """Return the emissions per 1,000 scores; a model that does not know its own never wins by them."""
    found = candidate.get("emissions_g_per_1000")
    return math.inf if found is None else float(found)


def _is_no_worse(candidate: Candidate, contest: Contest) -> bool:
    """Tell whether precision, money, probabilities and segments all lie within their margins, money within that of a tie."""
    paired, margins = contest.against(candidate), contest.margins
    precision, cost = measured(paired, "average_precision"), measured(paired, "expected_cost_minor")
    if uncomputable(candidate["metrics"]) or precision is None or cost is None or not measured(paired, "log_loss_share"):
        return False
    is_close = precision["low"] >= -margins.precision and cost["high"] <= margins.money_tie_share * contest.at_stake
    return is_close and all(outcome == "promote" for outcome, _ in harms(candidate, contest))


def _ties(candidate: Candidate, cheapest: Candidate, contest: Contest) -> bool:
    """Tell whether it is certainly not dearer than the cheapest by more than the margin; what was not compared does not tie."""
    cost = measured((candidate.get("against_challengers") or {}).get(cheapest["name"]), "expected_cost_minor")
    return cost is not None and cost["high"] <= contest.margins.money_tie_share * contest.at_stake


def _is_relevant(greener: Candidate, other: Candidate, contest: Contest) -> bool:
    saved, score = grams(other) - grams(greener), contest.evaluation.get("score_emissions_g_per_1000")
    if not score or math.isinf(grams(other)):
        return saved > 0
    return saved > 0 and saved >= contest.margins.carbon_share * max(float(score), grams(other))


def _cost(candidate: Candidate) -> float:
    return float(candidate["metrics"]["expected_cost_minor"]["value"])
