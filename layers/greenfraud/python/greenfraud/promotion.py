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
from dataclasses import asdict, dataclass, field
from typing import Any

from greenfraud.errors import ContractError
from greenfraud.faults import told
from greenfraud.gate.choice import chosen_of, greener_than_production
from greenfraud.gate.contest import Contest
from greenfraud.gate.margins import Margins
from greenfraud.gate.segments import warnings
from greenfraud.gate.verdict import Outcome, Verdict, judge

DEFAULT = Margins()
NOT_CHOSEN = "not chosen"


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The gate's answer; `family` and `version` name the model it is about, None when there is none.

    `outcomes` are what each challenger has earned by itself, by its name, family/version: of several that may be promoted one is.
    """

    outcome: Outcome
    family: str | None
    version: str | None
    reasons: list[str]
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @classmethod
    def about(
        cls, outcome: Outcome, candidate: Mapping[str, Any], reasons: list[str], outcomes: Mapping[str, Outcome] | None = None
    ) -> GateDecision:
        """Return a decision that names a candidate."""
        return cls(outcome, candidate["family"], candidate["version"], reasons, dict(outcomes or {}))

    def to_json(self) -> dict[str, Any]:
        """Return the form stored as `decision.json`."""
        return asdict(self)


def decide(evaluation: Mapping[str, Any], margins: Margins = DEFAULT) -> GateDecision:
    """Judge the challengers of `evaluation.json`. Raises ContractError when it is malformed."""
    try:
        return _decide(Contest(evaluation, margins))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContractError(f"malformed evaluation: {told(error)}") from None


def outcome_of(decision: Mapping[str, Any], name: str) -> str:
    """Return what a stored decision says of one challenger, family/version.

    Decisions of earlier releases tell it of the one that they name, or of all where all were rejected; of the others nothing but
    that they were not chosen.

    >>> outcome_of({"outcome": "promote", "outcomes": {"light/v1": "promote", "heavy/v1": "shadow"}}, "heavy/v1")
    'shadow'
    >>> outcome_of({"outcome": "promote", "family": "light", "version": "v1"}, "heavy/v1")
    'not chosen'
    """
    told = (decision.get("outcomes") or {}).get(name)
    if told is None and decision.get("outcome") != "reject" and name != named_by(decision):
        return NOT_CHOSEN
    return str(told or decision.get("outcome"))


def named_by(decision: Mapping[str, Any]) -> str | None:
    """Return the model that a stored decision is about, family/version; None where it is about none."""
    return f"{decision['family']}/{decision['version']}" if decision.get("family") else None


def _decide(contest: Contest) -> GateDecision:
    if not contest.challengers:
        return GateDecision("reject", None, None, ["there is no challenger to judge"])
    lacking = _lacking_frauds(contest)
    if lacking:
        return GateDecision("reject", None, None, [lacking], {item["name"]: "reject" for item in contest.challengers})
    met = contest.certainly_better()
    verdicts = [judge(challenger, contest, met) for challenger in contest.challengers]
    worthy = [verdict.candidate for verdict in verdicts if verdict.outcome == "promote"]
    found = chosen_of(worthy, contest) if worthy else greener_than_production(contest)
    outcomes = {one.candidate["name"]: one.outcome for one in verdicts}
    if found:
        outcomes[found[0]["name"]] = "promote"
    reasons = [*contest.evaluation.get("passed_over", []), *(_said(one, outcomes) for one in verdicts)]
    if found:
        chosen, why = found
        return GateDecision.about("promote", chosen, [*reasons, *why, *warnings(chosen, contest)], outcomes)
    promising = [verdict.candidate for verdict in verdicts if verdict.outcome == "shadow"]
    if promising:
        return GateDecision.about("shadow", max(promising, key=_precision), reasons, outcomes)
    return GateDecision("reject", None, None, reasons, outcomes)


def _said(verdict: Verdict, outcomes: Mapping[str, Outcome]) -> str:
    name = verdict.candidate["name"]
    return f"{name} ({outcomes[name]}): {verdict.reason}"


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
