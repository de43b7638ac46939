"""One line of metrics per scoring request: counts and sums, no ids."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from functions.score.cost import Cost
from greenfraud.metrics import embedded_metrics

UNITS = {
    "Decisions": "Count",
    "LatencyMilliseconds": "Milliseconds",
    "EmissionsGrams": "None",
    "EnergyKwh": "None",
    "Degraded": "Count",
    "BundleLoadFailed": "Count",
    "NotReached": "Count",
}


@dataclass(frozen=True)
class Request:
    """What one scoring request did."""

    family: str
    decisions: int
    degraded: int
    has_load_failed: bool
    not_reached: int
    cost: Cost


def emit(request: Request) -> None:
    """Print the line; the runtime ships it, CloudWatch reads it as metrics."""
    print(line_of(request), flush=True)


def line_of(request: Request) -> str:
    """Return the line, with each metric over everything and per family."""
    values = {
        "Decisions": request.decisions,
        "LatencyMilliseconds": request.cost.duration_seconds * 1000,
        "EmissionsGrams": request.cost.emissions_g,
        "EnergyKwh": request.cost.energy_kwh,
        "Degraded": request.degraded,
        "BundleLoadFailed": int(request.has_load_failed),
        "NotReached": request.not_reached,
    }
    return orjson.dumps(embedded_metrics(values, UNITS, Family=request.family)).decode()
