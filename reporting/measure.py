"""A figure with its interval, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reporting.units import UNAVAILABLE, number


@dataclass(frozen=True)
class Measure:
    """A value with its 95 % interval; without a value, `reason` says why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = "not measured"

    def described(self) -> str:
        """Value and interval in words."""
        return f"{UNAVAILABLE} ({self.reason})" if self.value is None else f"{number(self.value)} ({self.interval()})"

    def as_share(self) -> str:
        """The value as a share of a hundred, in words.

        >>> Measure(0.0312).as_share(), Measure(reason="too few").as_share()
        ('3.1 %', 'unavailable (too few)')
        """
        return f"{UNAVAILABLE} ({self.reason})" if self.value is None else f"{number(100 * self.value, 1)} %"

    def interval(self, decimals: int = 3) -> str:
        """The interval in words."""
        if self.low is None or self.high is None:
            return UNAVAILABLE if self.value is None else "interval unavailable"
        return f"{number(self.low, decimals)} to {number(self.high, decimals)}"

    @classmethod
    def of(cls, metric: Mapping[str, Any] | None) -> Measure:
        """A metric of an evaluation, which may not have been made."""
        found = metric or {}
        return cls(found.get("value"), found.get("low"), found.get("high"), found.get("reason") or cls.reason)
