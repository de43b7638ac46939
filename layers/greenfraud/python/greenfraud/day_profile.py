"""A grid's intensity by the hour of the day, where nobody is asked for a forecast: the year's mean, and what the sun does to it.

A model, not a measurement. Demand is taken as even and the sun as at the equinox: it shines from six to six, solar time, as the
upper half of a sine. What it gives is not burnt elsewhere, so with the solar share `s` of a year's generation, the intensity is

    g(h) = G (1 - s c(h)) / (1 - s),    c(h) = pi max(0, cos(2 pi (h - 12) / 24)),

where the mean of c over a day is 1, and so that of g is the year's mean G. Wind, demand, weather and seasons are not in it: a
provider of forecasts knows them. A grid whose share is not in the table is taken as even, and nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import cos, pi
from typing import NamedTuple

from greenfraud.clean_window import Forecast

HOUR = timedelta(hours=1)
SOURCE = "a model of the sun over the year's mean"


class Sun(NamedTuple):
    """The solar share of a year's generation, degrees east of the grid's middle, and who said so of which year."""

    share: float
    degrees_east: float
    source: str


# Ember, Global Electricity Review 2025 (https://ember-energy.org), for 2024: Germany 0.88 of 6.0 MWh a head; India 7 %.
SUN: Mapping[str, Sun] = {
    "eu-central-1": Sun(0.147, 10.0, "Ember, Global Electricity Review 2025, Germany 2024"),
    "ap-south-1": Sun(0.07, 79.0, "Ember, Global Electricity Review 2025, India 2024"),
}


def day_profile(region: str, mean_g_per_kwh: float, *, start: datetime, hours: int) -> Forecast:
    """Return the modelled intensity of a region's grid, hour by hour from the full hour before `start`, a moment in UTC.

    >>> from datetime import UTC
    >>> day = day_profile("eu-central-1", 340.0, start=datetime(2026, 6, 1, tzinfo=UTC), hours=24)
    >>> round(min(day.g_per_kwh)), round(max(day.g_per_kwh)), round(sum(day.g_per_kwh[:24]) / 24)
    (215, 399, 340)
    """
    first = start.replace(minute=0, second=0, microsecond=0)
    moments = tuple(first + hour * HOUR for hour in range(hours + 1))
    sun = SUN.get(region)
    if sun is None:
        return Forecast(moments, (mean_g_per_kwh,) * len(moments), HOUR, "average", "the year's mean, all day")
    values = tuple(mean_g_per_kwh * (1 - sun.share * _sunshine(moment + HOUR / 2, sun)) / (1 - sun.share) for moment in moments)
    return Forecast(moments, values, HOUR, "average", f"{SOURCE}; solar share: {sun.source}")


def _sunshine(moment: datetime, sun: Sun) -> float:
    """Return the sun's power as a multiple of its mean over a day, at a moment in UTC."""
    solar_hour = moment.hour + moment.minute / 60 + sun.degrees_east / 15
    return pi * max(0.0, cos(2 * pi * (solar_hour - 12) / 24))
