"""The environment of a job, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from greenfraud.settings import read_settings


@dataclass(frozen=True)
class Settings:
    """Field names in upper case are the environment variables of every job."""

    lake_bucket: str
    artifacts_bucket: str
    control_table: str
    lineage_table: str
    ledger_table: str
    customer_table: str
    terminal_table: str
    decisions_table: str
    inbox_bucket: str
    grid_intensity_g_per_kwh: float
    grid_intensity_source: str
    pue: float
    country_iso3: str
    log_retention_days: int
    review_above: float
    score_architecture: Literal["arm64", "x86_64"]  # of the function that scores
    mlflow_tracking_uri: str = ""  # given to the steps that tell MLflow of themselves

    @classmethod
    def from_env(cls) -> Settings:
        """Return the settings. Raises SettingsError that names the first variable at fault."""
        return read_settings(cls)
