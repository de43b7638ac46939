"""One line of metrics per scoring request, and one per fault that was met: counts, sums and classes, no ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from functions.score.cost import Cost
from greenfraud.metrics import NAMESPACE, embedded_metrics

UNITS = {
    "Decisions": "Count",
    "LatencyMilliseconds": "Milliseconds",
    "EmissionsGrams": "None",
    "EnergyKwh": "None",
    "Degraded": "Count",
    "AnsweredByFallback": "Count",
    "NotReached": "Count",
    "Explored": "Count",
}
# By what was decided, and not by family too: each combination is paid for.
OUTCOMES = {
    "allow": "DecisionsAllowed",
    "challenge": "DecisionsChallenged",
    "review": "DecisionsReviewed",
    "block": "DecisionsBlocked",
}
# Put, and paid for, only when one is met.
FAULTS = {"BundleLoadFailed": "Count", "ControlFault": "Count", "PolicyLoadFailed": "Count", "ShadowFailed": "Count"}
# Put while a canary answers: what it and production did, each under its name. Sums, of which two make a rate.
ARM_UNITS = {
    "ArmDecisions": "Count",
    "ArmAlerts": "Count",
    "ArmDegraded": "Count",
    "ArmProbability": "None",
    "ArmMilliseconds": "Milliseconds",
}


@dataclass(frozen=True)
class Request:
    """What one scoring request did."""

    family: str
    decisions: int
    degraded: int
    by_fallback: int
    not_reached: int
    explored: int
    cost: Cost
    outcomes: Mapping[str, int] = field(default_factory=dict)  # how many were decided how


@dataclass
class Arm:
    """What one side of a canary did in a request; `probability` and `milliseconds` are sums over its decisions."""

    name: str
    decisions: int = 0
    alerts: int = 0
    degraded: int = 0
    probability: float = 0.0
    milliseconds: float = 0.0


def emit(request: Request) -> None:
    """Print the line; the runtime ships it, CloudWatch reads it as metrics."""
    print(line_of(request), flush=True)


def line_of(request: Request) -> str:
    """Return the line, with each metric over everything and per family, and the decisions once more by what was decided."""
    values = {
        "Decisions": request.decisions,
        "LatencyMilliseconds": request.cost.duration_seconds * 1000,
        "EmissionsGrams": request.cost.emissions_g,
        "EnergyKwh": request.cost.energy_kwh,
        "Degraded": request.degraded,
        "AnsweredByFallback": request.by_fallback,
        "NotReached": request.not_reached,
        "Explored": request.explored,
    }
    document = embedded_metrics(values, UNITS, Family=request.family)
    counted = {OUTCOMES[outcome]: count for outcome, count in request.outcomes.items()}
    if counted:
        names = [{"Name": name, "Unit": "Count"} for name in counted]
        document["_aws"]["CloudWatchMetrics"].append({"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": names})
    return orjson.dumps({**document, **counted}).decode()


def count_fault(name: str, fault: str) -> None:
    """Print a line that counts one fault, over all of its metric and by its class, whichever request met it."""
    print(orjson.dumps(embedded_metrics({name: 1}, FAULTS, Fault=fault)).decode(), flush=True)


def count_arm(arm: Arm) -> None:
    """Print the line of one side of a canary."""
    values = {
        "ArmDecisions": arm.decisions,
        "ArmAlerts": arm.alerts,
        "ArmDegraded": arm.degraded,
        "ArmProbability": arm.probability,
        "ArmMilliseconds": arm.milliseconds,
    }
    print(orjson.dumps(embedded_metrics(values, ARM_UNITS, Arm=arm.name)).decode(), flush=True)
