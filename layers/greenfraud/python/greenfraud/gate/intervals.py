"""Paired differences as `evaluation.json` has them: whether there is one, where it lies, and how it reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Paired = Mapping[str, Any]


def measured(paired: Mapping[str, Any] | None, measure: str) -> Paired | None:
    """Return a measure's difference if it has an interval, else None."""
    found = (paired or {}).get(measure) or {}
    numbers = (found.get(key) for key in ("difference", "low", "high"))
    return found if all(number is not None and math.isfinite(number) for number in numbers) else None


def chance(paired: Paired) -> float:
    """Return how often equals would look at least so much better; an earlier release said only whether its interval is above 0.

    >>> chance({"difference": 0.1, "low": 0.01, "high": 0.2}), chance({"difference": 0.1, "low": 0.0, "high": 0.2})
    (0.0, 1.0)
    """
    p_value = paired.get("p_value")
    if p_value is None:
        return 0.0 if paired["low"] > 0 else 1.0
    return float(p_value) if math.isfinite(p_value) else 1.0


def words(paired: Paired, style: str) -> str:
    """Return a difference with its interval.

    >>> words({"difference": 0.05, "low": 0.02, "high": 0.08}, "+.2f")
    '+0.05 (+0.02 to +0.08)'
    """
    low, high = format(paired["low"], style), format(paired["high"], style)
    return f"{format(paired['difference'], style)} ({low} to {high})"
