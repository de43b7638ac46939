"""Who knows the grid's carbon intensity of the coming hours, and of those that are over."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from greenfraud.clean_window import Forecast


class Provider(Protocol):
    """Answers with grams of CO2 equivalent per kilowatt-hour. Both methods raise IntensityUnavailable."""

    def forecast(self, start: datetime, end: datetime) -> Forecast:
        """Return what is foreseen from the moment before `start` until `end`, as far as it is known."""
        ...

    def past(self, start: datetime, end: datetime) -> Forecast:
        """Return what was, from the moment before `start` until `end`."""
        ...
