"""The gate: promote, shadow or reject, from one evaluation, with reasons a person can read.

Value decides first: a model must be better in average precision with 95 % confidence (the whole paired bootstrap
interval above 0), must not be certainly dearer, and its probabilities must not certainly be off. Carbon decides ties:
among the models that earned promotion, those that the same bootstrap cannot tell from the best one tie, and the least
emissions per 1,000 scores win.
A figure that could not be computed never promotes anything. Segments decide nothing: one where the promoted model is
worse than production is named as a warning. Where production cannot be served, the rival is what answers in its place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from greenfraud import calibration_bounds
from greenfraud.errors import ContractError
from greenfraud.faults import told

Outcome = Literal["promote", "shadow", "reject"]
MINIMUM_FRAUDS = 30


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The gate's answer; `family` and `version` name the model it is about, None when there is none."""

    outcome: Outcome
    family: str | None
    version: str | None
    reasons: list[str]

    def to_json(self) -> dict[str, Any]:
        """Return the form stored as `decision.json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Verdict:
    outcome: Outcome
    candidate: Mapping[str, Any]
    reason: str


def decide(evaluation: Mapping[str, Any], *, minimum_frauds: int = MINIMUM_FRAUDS) -> GateDecision:
    """Judge the challengers of `evaluation.json`. Raises ContractError when it is malformed."""
    try:
        return _decide(evaluation, minimum_frauds)
    except (KeyError, TypeError, AttributeError) as error:
        raise ContractError(f"malformed evaluation: {told(error)}") from None


def _decide(evaluation: Mapping[str, Any], minimum_frauds: int) -> GateDecision:
    challengers = [item for item in evaluation["candidates"] if item["role"] == "challenger"]
    if not challengers:
        return GateDecision("reject", None, None, ["there is no challenger to judge"])
    frauds = evaluation["holdout"]["frauds"]
    if frauds < minimum_frauds:
        return GateDecision("reject", None, None, [f"the holdout has {frauds} frauds, at least {minimum_frauds} are needed"])
    rival = _rival(evaluation)
    verdicts = [_judge(challenger, rival) for challenger in challengers]
    reasons = [*evaluation.get("passed_over", []), *(f"{one.candidate['name']}: {one.reason}" for one in verdicts)]
    worthy = [verdict.candidate for verdict in verdicts if verdict.outcome == "promote"]
    if worthy:
        chosen, why = _greenest_of_the_best(worthy)
        return GateDecision("promote", chosen["family"], chosen["version"], [*reasons, *why, *_warnings(chosen, rival)])
    promising = [verdict.candidate for verdict in verdicts if verdict.outcome == "shadow"]
    if promising:
        chosen = max(promising, key=_precision)
        return GateDecision("shadow", chosen["family"], chosen["version"], reasons)
    return GateDecision("reject", None, None, reasons)


def _rival(evaluation: Mapping[str, Any]) -> str | None:
    """Return the words for the model to beat; without one, the rules are. Earlier evaluations name production alone."""
    production = evaluation.get("production")
    rival: str | None = evaluation.get("rival", production)
    if rival is None:
        return None
    return f"production {rival}" if rival == production else f"the fallback {rival}"


def _judge(candidate: Mapping[str, Any], rival: str | None) -> _Verdict:
    opponent = rival or "the rules"
    missing = _uncomputable(candidate["metrics"])
    if missing:
        return _Verdict("reject", candidate, missing)
    paired = candidate["against_production" if rival else "against_rules"] or {}
    precision = paired.get("average_precision")
    if precision is None or not _is_interval(precision):
        return _Verdict("reject", candidate, f"was not compared with {opponent}")
    measured = f"average precision {_interval(precision, '+.4f')} against {opponent}"
    if precision["low"] > 0:
        verdict = _judge_cost(candidate, paired.get("expected_cost_minor"), measured, is_first=rival is None)
        return _judge_calibration(verdict)
    if precision["difference"] > 0:
        return _Verdict("shadow", candidate, f"{measured}: perhaps better, not certainly")
    return _Verdict("reject", candidate, f"{measured}: not better")


def _judge_cost(candidate: Mapping[str, Any], cost: Mapping[str, Any] | None, measured: str, *, is_first: bool) -> _Verdict:
    """Hold back a model that is certainly dearer than production; a first model only has to beat the rules' ranking."""
    if is_first:
        return _Verdict("promote", candidate, f"{measured}: certainly better")
    if cost is None or not _is_interval(cost):
        return _Verdict("shadow", candidate, f"{measured}: certainly better, but its cost was not compared")
    dearer = f"expected cost {_interval(cost, '+.0f')} minor units"
    if cost["low"] > 0:
        return _Verdict("shadow", candidate, f"{measured}: certainly better, but certainly dearer: {dearer}")
    return _Verdict("promote", candidate, f"{measured}: certainly better; {dearer}: not certainly dearer")


def _judge_calibration(verdict: _Verdict) -> _Verdict:
    """Hold back a model whose probabilities are certainly off, a first one too: rules at least do not pretend to have any."""
    off = calibration_bounds.outside(verdict.candidate["metrics"])
    if verdict.outcome != "promote" or off is None:
        return verdict
    return _Verdict("shadow", verdict.candidate, f"{verdict.reason}; but its probabilities are off: {off}")


def _uncomputable(metrics: Mapping[str, Any]) -> str | None:
    for name in ("average_precision", "expected_cost_minor"):
        metric = metrics.get(name) or {}
        if metric.get("value") is None:
            return f"{name} could not be computed: {metric.get('reason', 'it was not measured')}"
    return None


def _greenest_of_the_best(candidates: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], list[str]]:
    best = max(candidates, key=_precision)
    tied = [item for item in candidates if item is best or _ties(item, best)]
    greenest = min(tied, key=lambda item: (_grams(item), -_precision(item)))
    if len(tied) == 1:
        return best, []
    names = ", ".join(item["name"] for item in tied)
    grams = f"{_grams(greenest):.3g} g per 1,000 scores"
    return greenest, [f"{names} tie within the interval; {greenest['name']} emits least, {grams}"]


def _ties(candidate: Mapping[str, Any], best: Mapping[str, Any]) -> bool:
    """Tell whether the paired interval of the difference to the best reaches 0; what was not compared does not tie."""
    paired = (candidate.get("against_challengers") or {}).get(best["name"]) or {}
    precision = paired.get("average_precision")
    return precision is not None and _is_interval(precision) and precision["high"] >= 0


def _warnings(candidate: Mapping[str, Any], rival: str | None) -> list[str]:
    """Name the segments where a model's whole paired interval lies on the worse side of production's."""
    segments = candidate.get("segments") or {}
    compared = {name: found["against_production"] for name, found in segments.items() if found.get("against_production")}
    worse = {name: measures for name, paired in compared.items() if (measures := _worse(paired))}
    about = f"warning, of {len(compared)} segments compared: {candidate['name']} is worse than {rival} in"
    return [f"{about} {name!r}: {measures}" for name, measures in worse.items()]


def _worse(paired: Mapping[str, Any]) -> str:
    """Name the measures whose whole interval lies on the worse side, as text that is empty where there are none."""
    precision, cost = paired.get("average_precision") or {}, paired.get("expected_cost_minor") or {}
    worse = []
    if _is_interval(precision) and precision["high"] < 0:
        worse.append(f"average precision {_interval(precision, '+.4f')}")
    if _is_interval(cost) and cost["low"] > 0:
        worse.append(f"expected cost {_interval(cost, '+.0f')} minor units")
    return ", ".join(worse)


def _grams(candidate: Mapping[str, Any]) -> float:
    """Return the emissions per 1,000 scores; a model that does not know its own never wins by them."""
    grams = candidate.get("emissions_g_per_1000")
    return math.inf if grams is None else float(grams)


def _precision(candidate: Mapping[str, Any]) -> float:
    return float(candidate["metrics"]["average_precision"]["value"])


def _is_interval(paired: Mapping[str, Any]) -> bool:
    numbers = (paired.get(key) for key in ("difference", "low", "high"))
    return all(number is not None and math.isfinite(number) for number in numbers)


def _interval(paired: Mapping[str, Any], style: str) -> str:
    low, high = format(paired["low"], style), format(paired["high"], style)
    return f"{format(paired['difference'], style)} ({low} to {high})"
