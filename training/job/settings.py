"""The environment of a job, read once."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from greenfraud.errors import ContractError


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
    mlflow_tracking_uri: str
    grid_intensity_g_per_kwh: float
    grid_intensity_source: str
    pue: float
    country_iso3: str

    @classmethod
    def from_env(cls) -> Settings:
        """Read every variable; a missing or malformed one is an error that names it."""
        return cls(**{field.name: _read(field.name.upper(), field.type) for field in fields(cls)})  # type: ignore[arg-type]


def _read(variable: str, kind: object) -> str | float:
    text = os.environ.get(variable)
    if not text:
        raise ContractError(f"environment variable {variable} is not set")
    if kind != "float":
        return text
    try:
        return float(text)
    except ValueError:
        raise ContractError(f"environment variable {variable} is not a number: {text!r}") from None
