"""Location-based carbon intensity of the grid by AWS region, each figure with its source, its year and when it was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Intensity(NamedTuple):
    """Grams of CO2 equivalent per kilowatt-hour of a `year`, and who said so; `date` is when the source was read."""

    g_per_kwh: float
    source: str
    date: str
    year: int | None = None


_READ = "2026-11-29"
_EMBER = "Ember, Yearly Electricity Data, by Our World in Data (carbon-intensity-electricity), life cycle, generation, {}"
_EMBER_EARLIER = "Ember and Energy Institute, by Our World in Data, as in codecarbon 3.3.2, life cycle, generation, {}"
_EGRID = "EPA eGRID2023, total output emission rate STC2ERTA, as in codecarbon 3.3.2, direct emissions, state of {}"
_GRAMS_PER_POUND = 453.59237

_EUROPE_2024 = {
    "eu-north-1": (34.91, "Sweden"),
    "eu-west-1": (270.91, "Ireland"),
    "eu-west-3": (40.48, "France"),
    "eu-central-1": (336.38, "Germany"),
    "eu-south-1": (281.40, "Italy"),
    "eu-south-2": (146.22, "Spain"),
}
_WORLD_2023 = {
    "eu-west-2": (237.59, "United Kingdom"),
    "eu-central-2": (34.84, "Switzerland"),
    "ca-central-1": (170.04, "Canada"),
    "ap-south-1": (713.44, "India"),
    "ap-northeast-1": (485.39, "Japan"),
    "ap-northeast-2": (430.57, "South Korea"),
    "ap-southeast-1": (470.78, "Singapore"),
    "ap-southeast-2": (548.69, "Australia"),
    "sa-east-1": (98.35, "Brazil"),
    "af-south-1": (707.69, "South Africa"),
}
# Pounds per megawatt-hour. What the state generates; Virginia buys more than any other from its neighbours.
_STATES_2023 = {
    "us-east-1": (539.599, "Virginia"),
    "us-east-2": (1068.27, "Ohio"),
    "us-west-1": (394.769, "California"),
    "us-west-2": (364.963, "Oregon"),
}


def _table() -> Iterator[tuple[str, Intensity]]:
    for region, (grams, country) in _EUROPE_2024.items():
        yield region, Intensity(grams, _EMBER.format(country), _READ, 2024)
    for region, (grams, country) in _WORLD_2023.items():
        yield region, Intensity(grams, _EMBER_EARLIER.format(country), _READ, 2023)
    for region, (pounds, state) in _STATES_2023.items():
        yield region, Intensity(round(pounds * _GRAMS_PER_POUND / 1000.0, 2), _EGRID.format(state), _READ, 2023)


INTENSITY_G_PER_KWH: Mapping[str, Intensity] = dict(_table())


def intensity_of(region: str, g_per_kwh: float, source: str, date: str | None = None) -> Intensity:
    """Return a configured intensity with what the table knows of it: its source, year and date where the figures agree.

    >>> intensity_of("eu-north-1", 34.91, "somebody").year, intensity_of("eu-north-1", 8.0, "somebody").source
    (2024, 'somebody')
    """
    published = INTENSITY_G_PER_KWH.get(region)
    if published is not None and published.g_per_kwh == g_per_kwh:
        return published
    return Intensity(g_per_kwh, source, date or _READ)
