"""One line of metrics per scoring request, in CloudWatch's Embedded Metric Format: counts and sums, no ids."""

from __future__ import annotations

import time
from dataclasses import dataclass

import orjson

from functions.score.footprint import Cost

NAMESPACE = "GreenFraud"
UNITS = {
    "Decisions": "Count",
    "LatencyMilliseconds": "Milliseconds",
    "EmissionsGrams": "None",
    "EnergyKwh": "None",
    "Degraded": "Count",
    "BundleLoadFailed": "Count",
}


@dataclass(frozen=True)
class Request:
    """What one scoring request did."""

    family: str
    decisions: int
    degraded: int
    has_load_failed: bool
    cost: Cost


def emit(request: Request) -> None:
    """Print the line; the runtime ships it, CloudWatch reads it as metrics."""
    print(line_of(request), flush=True)


def line_of(request: Request) -> str:
    """The line, with each metric over everything and per family."""
    metadata = {
        "Timestamp": time.time_ns() // 1_000_000,
        "CloudWatchMetrics": [
            {
                "Namespace": NAMESPACE,
                "Dimensions": [[], ["Family"]],
                "Metrics": [{"Name": name, "Unit": unit} for name, unit in UNITS.items()],
            }
        ],
    }
    values = {
        "Decisions": request.decisions,
        "LatencyMilliseconds": request.cost.duration_seconds * 1000,
        "EmissionsGrams": request.cost.emissions_g,
        "EnergyKwh": request.cost.energy_kwh,
        "Degraded": request.degraded,
        "BundleLoadFailed": int(request.has_load_failed),
    }
    return orjson.dumps({"_aws": metadata, "Family": request.family, **values}).decode()
