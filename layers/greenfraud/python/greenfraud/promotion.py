"""The gate: promote, shadow or reject, from one evaluation, with reasons a person can read.

A challenger is promoted if it is certainly better in average precision than what answers now, and within its margin in everything
that matters besides: money, probabilities, every segment. Certain means at a level that counts how many challengers there are and
how often this holdout was looked at. What is certainly worse in one of these is rejected, what nobody measured well enough is
shadowed, and a figure that could not be computed never promotes anything.
Of several that have earned it the cheapest in money is promoted; carbon decides among those that tie with it, and may replace a
production that the challenger is in nothing worse than.
Where production cannot be served, the rival is what answers in its place; without a model the rules are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.faults import told
from greenfraud.gate.choice import chosen_of, greener_than_production
from greenfraud.gate.contest import Contest
from greenfraud.gate.margins import Margins
from greenfraud.gate.segments import warnings
from greenfraud.gate.verdict import Outcome, judge

DEFAULT = Margins()


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The gate's answer; `family` and `version` name the model it is about, None when there is none."""

    outcome: Outcome
    family: str | None
    version: str | None
    reasons: list[str]

    @classmethod
    def about(cls, outcome: Outcome, candidate: Mapping[str, Any], reasons: list[str]) -> GateDecision:
        """Return a decision that names a candidate."""
        return cls(outcome, candidate["family"], candidate["version"], reasons)

    def to_json(self) -> dict[str, Any]:
        """Return the form stored as `decision.json`."""
        return asdict(self)


def decide(evaluation: Mapping[str, Any], margins: Margins = DEFAULT) -> GateDecision:
    """Judge the challengers of `evaluation.json`. Raises ContractError when it is malformed."""
    try:
        return _decide(Contest(evaluation, margins))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContractError(f"malformed evaluation: {told(error)}") from None


def _decide(contest: Contest) -> GateDecision:
    if not contest.challengers:
        return GateDecision("reject", None, None, ["there is no challenger to judge"])
    lacking = _lacking_frauds(contest)
    if lacking:
        return GateDecision("reject", None, None, [lacking])
    met = contest.certainly_better()
    verdicts = [judge(challenger, contest, met) for challenger in contest.challengers]
    reasons = [*contest.evaluation.get("passed_over", []), *(f"{one.candidate['name']}: {one.reason}" for one in verdicts)]
    worthy = [verdict.candidate for verdict in verdicts if verdict.outcome == "promote"]
    found = chosen_of(worthy, contest) if worthy else greener_than_production(contest)
    if found:
        chosen, why = found
        return GateDecision.about("promote", chosen, [*reasons, *why, *warnings(chosen, contest)])
    promising = [verdict.candidate for verdict in verdicts if verdict.outcome == "shadow"]
    if promising:
        return GateDecision.about("shadow", max(promising, key=_precision), reasons)
    return GateDecision("reject", None, None, reasons)


def _lacking_frauds(contest: Contest) -> str | None:
    """Say how many frauds are missing, None where there are enough."""
    holdout, needed = contest.evaluation["holdout"], contest.margins.minimum_frauds
    frauds, weeks = holdout["frauds"], holdout.get("pooled_chunks") or []
    if frauds >= needed:
        return None
    pooled = f" in {len(weeks)} chunks together" if len(weeks) > 1 else ""
    return f"the holdout has {frauds} frauds{pooled}, at least {needed} are needed: {needed - frauds} more"


def _precision(candidate: Mapping[str, Any]) -> float:
    return float(candidate["metrics"]["average_precision"]["value"])
