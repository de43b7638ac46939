"""What the ingest function reads from its environment, once, at cold start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(RuntimeError):
    """A variable is missing or unreadable; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Field names in upper case are the variables, each of which the stack sets."""

    customer_table: str
    terminal_table: str
    receipts_table: str
    lake_bucket: str
    rejected_queue_url: str
    grid_intensity_g_per_kwh: float
    pue: float

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """The settings; raises SettingsError naming the first variable at fault."""
        return cls(
            customer_table=_text("CUSTOMER_TABLE", environ),
            terminal_table=_text("TERMINAL_TABLE", environ),
            receipts_table=_text("RECEIPTS_TABLE", environ),
            lake_bucket=_text("LAKE_BUCKET", environ),
            rejected_queue_url=_text("REJECTED_QUEUE_URL", environ),
            grid_intensity_g_per_kwh=_number("GRID_INTENSITY_G_PER_KWH", environ),
            pue=_number("PUE", environ),
        )


def _text(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"environment variable {name} is not set")
    return value


def _number(name: str, environ: Mapping[str, str]) -> float:
    text = _text(name, environ)
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"environment variable {name} is not a number: {text!r}") from None
