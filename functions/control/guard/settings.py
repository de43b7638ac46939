"""What the function reads from its environment, once, at cold start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from greenfraud.settings import read_settings


@dataclass(frozen=True)
class Settings:
    """Field names in upper case are the variables, each of which the stack sets."""

    control_table: str
    ledger_table: str
    ledger_bucket: str
    artifacts_bucket: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings. Raises SettingsError that names the first variable at fault."""
        return read_settings(cls, environ)
