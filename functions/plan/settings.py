"""What the plan function reads from its environment, once, at cold start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from greenfraud.settings import read_settings


@dataclass(frozen=True)
class Settings:
    """Field names in upper case are the variables, each of which the stack sets."""

    lake_bucket: str
    artifacts_bucket: str
    lineage_table: str
    leases_table: str
    grid_intensity_g_per_kwh: float
    pue: float
    budget_g_a_month: float  # of training; 0 for no limit
    budget_usd_a_month: float
    training_usd_an_hour: float
    currency: str
    usd_rate: float  # units of the currency for a US dollar
    usd_rate_source: str
    carbon_price_a_tonne: float  # of CO2 equivalent, in units of the currency
    carbon_price_source: str
    skip_days: int  # after so many without a training none is skipped; 0 for never
    intensity_provider: Literal["profile", "electricity_maps", "watttime"]
    intensity_zone: str  # `none` for the region's own, or where nobody is asked
    intensity_secret: str  # the name of an SSM parameter, `none` where nobody is asked

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings. Raises SettingsError that names the first variable at fault."""
        return read_settings(cls, environ)
