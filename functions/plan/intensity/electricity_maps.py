"""Electricity Maps, API v3: the mean intensity of a zone's consumption over its life cycle.

https://portal.electricitymaps.com/docs/api: `/carbon-intensity/forecast` answers `{"zone", "forecast": [{"carbonIntensity",
"datetime"}], "updatedAt"}`, `/carbon-intensity/past-range` `{"zone", "data": [{"carbonIntensity", "datetime", ...}]}`, in grams of
CO2 equivalent per kilowatt-hour. The token goes in the header `auth-token`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.plan.intensity.asking import Fields, forecast_of, get_json
from greenfraud.clean_window import Forecast
from greenfraud.errors import IntensityUnavailable

URL = "https://api.electricitymaps.com/v3"
SOURCE = "Electricity Maps, mean of the zone's consumption"
# The zones of the grids in which AWS says its regions are.
ZONES: Mapping[str, str] = {
    "eu-north-1": "SE-SE3",
    "eu-central-1": "DE",
    "eu-west-1": "IE",
    "eu-west-2": "GB",
    "eu-west-3": "FR",
    "us-east-1": "US-MIDA-PJM",
    "us-west-2": "US-NW-BPAT",
    "ca-central-1": "CA-QC",
}


@dataclass(frozen=True)
class ElectricityMaps:
    """The zone, and the token by which the account is known."""

    zone: str
    token: str = field(repr=False)
    url: str = URL

    def forecast(self, start: datetime, end: datetime) -> Forecast:
        """Return what is foreseen; how far, the account's plan says."""
        del start, end
        return self._read(self._get("forecast", {}), "forecast")

    def past(self, start: datetime, end: datetime) -> Forecast:
        """Return what was, hour by hour."""
        hour = start.replace(minute=0, second=0, microsecond=0)
        span = {"start": hour.isoformat(), "end": (end + timedelta(hours=1)).isoformat()}
        return self._read(self._get("past-range", span), "data")

    def _get(self, what: str, query: Mapping[str, str]) -> Any:
        return get_json(f"{self.url}/carbon-intensity/{what}", {"zone": self.zone, **query}, {"auth-token": self.token})

    def _read(self, body: Any, points: str) -> Forecast:
        if not isinstance(body, dict) or points not in body:
            raise IntensityUnavailable(f"answered no {points}")
        source = f"{SOURCE} {self.zone}"
        return forecast_of(body[points], Fields("datetime", "carbonIntensity"), "average", source)
