"""The cleanest time to start a piece of work before its deadline, from a forecast of the grid's carbon intensity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from greenfraud.errors import ContractError

Kind = Literal["average", "marginal"]  # of all generation, or of the plant that answers to one kilowatt-hour more
WORTH_WAITING_SHARE = 0.01  # of the intensity: for less nobody waits, a forecast is not that sure


@dataclass(frozen=True, slots=True)
class Forecast:
    """Grams of CO2 equivalent per kilowatt-hour: each value holds from its moment to the next one's, the last for `last_lasts`."""

    moments: tuple[datetime, ...]
    g_per_kwh: tuple[float, ...]
    last_lasts: timedelta
    kind: Kind
    source: str

    def __post_init__(self) -> None:
        if not self.moments or len(self.moments) != len(self.g_per_kwh):
            raise ContractError(f"{self.source}: a forecast needs as many values as moments, and one at least")
        if any(later <= earlier for earlier, later in pairwise(self.moments)):
            raise ContractError(f"{self.source}: the moments of a forecast must follow each other")

    @property
    def until(self) -> datetime:
        """The end of what is foreseen."""
        return self.moments[-1] + self.last_lasts

    def mean(self, start: datetime, duration: timedelta) -> float | None:
        """Return the mean intensity of a piece of work that draws the same power all along; None where it is not foreseen.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
        >>> hour = timedelta(hours=1)
        >>> Forecast((noon, noon + hour), (100.0, 40.0), hour, "average", "an example").mean(noon + hour / 2, hour)
        70.0
        """
        end = start + duration
        if start < self.moments[0] or end > self.until:
            return None
        ends = (*self.moments[1:], self.until)
        pieces = zip(self.moments, ends, self.g_per_kwh, strict=True)
        weighed = sum(max((min(end, last) - max(start, first)).total_seconds(), 0.0) * value for first, last, value in pieces)
        return weighed / duration.total_seconds()


@dataclass(frozen=True, slots=True)
class Start:
    """When to start, and the mean intensity from then on beside that of a start at once."""

    at: datetime
    g_per_kwh: float
    at_once_g_per_kwh: float


def cleanest_start(forecast: Forecast, *, now: datetime, deadline: datetime, duration: timedelta) -> Start | None:
    """Return the start with the least mean intensity that still ends by the deadline, `now` among them; the earliest of equals.

    The mean is linear between two starts where no edge of a value is passed, so the best of all moments is one at which the work
    starts or ends with a value, or the first or the last that is allowed. None where not even a start at once is foreseen. What
    would save less than a hundredth is not waited for.
    """
    at_once = forecast.mean(now, duration)
    if at_once is None:
        return None
    starts = _candidates(forecast, now, deadline - duration, duration)
    best = min(((mean, start) for start in starts if (mean := forecast.mean(start, duration)) is not None), default=(at_once, now))
    if best[0] > at_once * (1 - WORTH_WAITING_SHARE):
        return Start(now, at_once, at_once)
    return Start(best[1], best[0], at_once)


def _candidates(forecast: Forecast, first: datetime, last: datetime, duration: timedelta) -> Sequence[datetime]:
    edges = (*forecast.moments, forecast.until)
    moments = {first, last, *edges, *(edge - duration for edge in edges)}
    return sorted(moment for moment in moments if first <= moment <= last)
