"""What the plan function reads from its environment, once, at cold start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


class SettingsError(RuntimeError):
    """A variable is missing; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Field names in upper case are the variables, each of which the stack sets."""

    lake_bucket: str
    artifacts_bucket: str
    lineage_table: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """The settings; raises SettingsError naming the first variable that is missing."""
        variables = [field.name.upper() for field in fields(cls)]
        missing = [variable for variable in variables if not environ.get(variable)]
        if missing:
            raise SettingsError(f"environment variable {missing[0]} is not set")
        return cls(*(environ[variable] for variable in variables))
