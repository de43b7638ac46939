"""WattTime, API v3: the emissions of the plant that answers to one kilowatt-hour more, without its life cycle.

https://docs.watttime.org: `/login` takes a user and a password and answers a token of half an hour; `/v3/forecast` and
`/v3/historical` answer `{"data": [{"point_time", "value"}], "meta": {"units", ...}}`, with the signal `co2_moer` in pounds of CO2
per megawatt-hour.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from functions.plan.intensity.asking import Fields, forecast_of, get_json
from greenfraud.clean_window import Forecast
from greenfraud.errors import IntensityUnavailable

URL = "https://api.watttime.org"
SIGNAL = "co2_moer"
UNITS = "lbs_co2_per_mwh"
GRAMS_PER_KWH = 453.59237 / 1000  # of a pound per megawatt-hour


@dataclass(frozen=True)
class WattTime:
    """The grid region, such as CAISO_NORTH, and `user:password`."""

    region: str
    login: str = field(repr=False)
    url: str = URL

    def forecast(self, start: datetime, end: datetime) -> Forecast:
        """Return what is foreseen until `end`."""
        hours = min(max(ceil((end - start).total_seconds() / 3600), 1), 72)
        return self._read(self._get("forecast", {"horizon_hours": str(hours)}))

    def past(self, start: datetime, end: datetime) -> Forecast:
        """Return what was, every five minutes."""
        return self._read(self._get("historical", {"start": start.isoformat(), "end": end.isoformat()}))

    def _get(self, what: str, query: Mapping[str, str]) -> Any:
        basic = b64encode(self.login.encode()).decode()
        answer = get_json(f"{self.url}/login", {}, {"Authorization": f"Basic {basic}"})
        token = answer.get("token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise IntensityUnavailable("gave no token for the login")
        query = {"region": self.region, "signal_type": SIGNAL, **query}
        return get_json(f"{self.url}/v3/{what}", query, {"Authorization": f"Bearer {token}"})

    def _read(self, body: Any) -> Forecast:
        units = (body.get("meta") or {}).get("units") if isinstance(body, dict) else None
        if units != UNITS:
            raise IntensityUnavailable(f"answered other units than {UNITS}")
        source = f"WattTime, marginal CO2 of {self.region}"
        return forecast_of(body.get("data"), Fields("point_time", "value", GRAMS_PER_KWH), "marginal", source)
