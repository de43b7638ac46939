"""How far a model's probabilities may be off before the gate holds it back: thresholds and costs take them at their word."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple


class Bounds(NamedTuple):
    """A measure, what it is called in reasons, and the values between which it may lie."""

    measure: str
    meaning: str
    low: float
    high: float


# A ratio, so the same on both sides: half as much again. A healthy model lies within 0.9 to 1.1 in the mean of its holdouts.
BOUNDS = (
    Bounds("calibration_slope", "calibration slope", 1 / 1.5, 1.5),
    Bounds("expected_over_observed", "expected over observed frauds", 1 / 1.5, 1.5),
)


def outside(metrics: Mapping[str, Any]) -> str | None:
    """Return in words what lies outside its bounds with its whole interval; None where nothing does.

    >>> outside({"calibration_slope": {"value": 0.5, "low": 0.4, "high": 0.6}})
    'calibration slope 0.50 (0.40 to 0.60) lies outside of 0.67 to 1.50'
    >>> outside({"calibration_slope": {"value": 0.5, "low": 0.4, "high": 0.7}}) is None
    True
    """
    known = ((bounds, metrics[bounds.measure]) for bounds in BOUNDS if _is_known(metrics.get(bounds.measure)))
    found = (_outside(bounds, metric) for bounds, metric in known)
    return "; ".join(words for words in found if words) or None


def unmeasured(metrics: Mapping[str, Any]) -> str | None:
    """Return in words what could not be computed; None where all is known.

    An evaluation of an earlier release, which did not measure it, is not held back for that.

    >>> unmeasured({"calibration_slope": {"value": None, "reason": "frauds part completely"}})
    'calibration slope could not be computed: frauds part completely'
    """
    broken = [bounds for bounds in BOUNDS if bounds.measure in metrics and not _is_known(metrics[bounds.measure])]
    said = ((bounds.meaning, metrics[bounds.measure].get("reason", "it has no interval")) for bounds in broken)
    return "; ".join(f"{meaning} could not be computed: {reason}" for meaning, reason in said) or None


def _is_known(metric: Mapping[str, Any] | None) -> bool:
    numbers = [(metric or {}).get(name) for name in ("value", "low", "high")]
    return all(number is not None and math.isfinite(number) for number in numbers)


def _outside(bounds: Bounds, metric: Mapping[str, Any]) -> str | None:
    value, low, high = metric["value"], metric["low"], metric["high"]
    if bounds.low <= high and low <= bounds.high:
        return None
    return f"{bounds.meaning} {value:.2f} ({low:.2f} to {high:.2f}) lies outside of {bounds.low:.2f} to {bounds.high:.2f}"
