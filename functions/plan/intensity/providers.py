"""The provider that the settings name, and the built-in profile that answers where nobody else does."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from botocore.exceptions import BotoCoreError, ClientError

from functions.plan.intensity import Provider
from functions.plan.intensity.electricity_maps import ZONES, ElectricityMaps
from functions.plan.intensity.watttime import WattTime
from functions.plan.settings import Settings
from greenfraud.clean_window import Forecast
from greenfraud.day_profile import day_profile
from greenfraud.errors import IntensityUnavailable

NOT_GIVEN = "none"


@dataclass(frozen=True)
class DayProfile:
    """The model of a region's grid: it foresees what it says afterwards, so nothing of it can be checked."""

    region: str
    mean_g_per_kwh: float

    def forecast(self, start: datetime, end: datetime) -> Forecast:
        """Return the profile from the full hour before `start` until `end`."""
        hours = ceil((end - start) / timedelta(hours=1)) + 1
        return day_profile(self.region, self.mean_g_per_kwh, start=start, hours=hours)

    def past(self, start: datetime, end: datetime) -> Forecast:
        """Nobody measured it."""
        del start, end
        raise IntensityUnavailable("a profile knows nothing of what was")


def provider_of(settings: Settings, secret_of: Callable[[str], str]) -> Provider:
    """Return who is asked; `secret_of` reads a parameter's value. Raises IntensityUnavailable where its secret cannot be read."""
    if settings.intensity_provider == "profile":
        return profile_of(settings)
    try:
        secret = secret_of(settings.intensity_secret)
    except (BotoCoreError, ClientError) as error:
        raise IntensityUnavailable(f"its secret cannot be read: {type(error).__name__}") from None
    zone = settings.intensity_zone if settings.intensity_zone != NOT_GIVEN else ZONES.get(_region(), "")
    if settings.intensity_provider == "watttime":
        return WattTime(zone, secret)
    return ElectricityMaps(zone, secret)


def profile_of(settings: Settings) -> DayProfile:
    """Return the model of the deployment's own grid, or of that which its zone names as a region of AWS."""
    is_named = settings.intensity_provider == "profile" and settings.intensity_zone != NOT_GIVEN
    return DayProfile(settings.intensity_zone if is_named else _region(), settings.grid_intensity_g_per_kwh)


def _region() -> str:
    return os.environ.get("AWS_REGION", "unknown")
