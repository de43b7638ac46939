"""What the gate says of one challenger: what is certainly against it, what nobody measured well, and whether it is better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from greenfraud import calibration_bounds
from greenfraud.gate.contest import Contest
from greenfraud.gate.intervals import measured, words
from greenfraud.gate.segments import vetoes

Outcome = Literal["promote", "shadow", "reject"]
Finding = tuple[Outcome, str]  # the most that it allows, and why


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome that a challenger has earned, and the reason in one sentence."""

    outcome: Outcome
    candidate: Mapping[str, Any]
    reason: str


def judge(candidate: Mapping[str, Any], contest: Contest, met: Mapping[str, float]) -> Verdict:
    """Judge a challenger; `met` are those that are certainly better, with the level that each met."""
    missing = uncomputable(candidate["metrics"])
    if missing:
        return Verdict("reject", candidate, missing)
    precision = measured(contest.against(candidate), "average_precision")
    if precision is None:
        return Verdict("reject", candidate, f"was not compared with {contest.opponent}")
    findings = [_precision(precision, contest, met.get(candidate["name"])), *harms(candidate, contest)]
    outcomes = [outcome for outcome, _ in findings]
    outcome: Outcome = "reject" if "reject" in outcomes else "shadow" if "shadow" in outcomes else "promote"
    return Verdict(outcome, candidate, "; ".join(reason for _, reason in findings))


def uncomputable(metrics: Mapping[str, Any]) -> str | None:
    """Return why a figure that the gate rests on is missing, None where it is not."""
    for name in ("average_precision", "expected_cost_minor"):
        metric = metrics.get(name) or {}
        if metric.get("value") is None:
            return f"{name} could not be computed: {metric.get('reason', 'it was not measured')}"
    return None


def harms(candidate: Mapping[str, Any], contest: Contest) -> Iterator[Finding]:
    """Yield what is found of money, of probabilities and of segments."""
    paired, margins = contest.against(candidate), contest.margins
    yield _money(paired, contest)
    loss = measured(paired, "log_loss_share")
    if loss is not None:
        said = f"logarithmic loss {words(loss, '+.1%')}"
        yield within(loss, margins.log_loss_share, f"{said}, margin {margins.log_loss_share:.0%}")
    elif contest.rival and "log_loss_share" in paired:
        yield "shadow", "its probabilities were not compared"
    off, unknown = calibration_bounds.outside(candidate["metrics"]), calibration_bounds.unmeasured(candidate["metrics"])
    is_better = loss is not None and loss["high"] < 0
    if off and is_better and calibration_bounds.outside(contest.rival_metrics):  # else what payments have left behind would stay
        yield "promote", f"its probabilities are off, as those of {contest.opponent} are, and certainly better: {off}"
    elif off:
        yield "reject", f"its probabilities are off: {off}"
    if unknown:
        yield "shadow", unknown
    for veto in vetoes(candidate, contest):
        yield "reject", veto


def within(paired: Mapping[str, Any], margin: float, said: str) -> Finding:
    """Tell whether the whole interval of what should be small lies within a margin; if not, whether to wait for more of it.

    To be watched in shadow is for what may turn out well: not for what is certainly worse, or beyond the margin by the best guess.
    """
    if paired["high"] <= margin:
        return "promote", f"{said}: no worse"
    if paired["low"] > 0:
        return "reject", f"{said}: certainly worse"
    if paired["difference"] > margin:
        return "reject", f"{said}: worse by more, as far as can be told"
    return "shadow", f"{said}: perhaps worse by more"


def _money(paired: Mapping[str, Any], contest: Contest) -> Finding:
    cost, margin = measured(paired, "expected_cost_minor"), contest.margins.cost_share * contest.at_stake
    if cost is None:
        return "shadow", "its cost was not compared"
    return within(cost, margin, f"expected cost {words(cost, '+.0f')} minor units, margin {margin:.0f}")


def _precision(paired: Mapping[str, Any], contest: Contest, met: float | None) -> Finding:
    said = f"average precision {words(paired, '+.4f')} against {contest.opponent}"
    if met is not None:
        return "promote", f"{said}: certainly better{_asked(contest, met)}"
    if paired["difference"] > 0:
        return "shadow", f"{said}: perhaps better, not certainly{_asked(contest, contest.level_for(len(contest.challengers)))}"
    return "reject", f"{said}: not better"


def _asked(contest: Contest, level: float) -> str:
    """Tell what certain means here, where there is more than one chance to look so."""
    challengers, looks = len(contest.challengers), contest.looks
    chances = [f"{challengers} challengers"] * (challengers > 1) + [f"look {looks} at this holdout"] * (looks > 1)
    return f" at a level of {level:.2%} ({', '.join(chances)})" if chances else ""
