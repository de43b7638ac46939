"""What the score function reads from its environment, once, at cold start."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DEFAULT_MEMORY_MB = 1769
DYNAMODB_CLIENTS = ("lean", "boto3")
STORES = ("CONTROL_TABLE", "CUSTOMER_TABLE", "TERMINAL_TABLE", "DECISIONS_TABLE", "ARTIFACTS_BUCKET")


class SettingsError(RuntimeError):
    """A variable is missing or unreadable; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Field names in upper case are the variables, each of which the stack sets."""

    control_table: str
    customer_table: str
    terminal_table: str
    decisions_table: str
    artifacts_bucket: str
    dynamodb_client: str
    grid_intensity_g_per_kwh: float
    pue: float

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """The settings; raises SettingsError naming the first variable at fault."""
        return cls(
            control_table=_text("CONTROL_TABLE", environ),
            customer_table=_text("CUSTOMER_TABLE", environ),
            terminal_table=_text("TERMINAL_TABLE", environ),
            decisions_table=_text("DECISIONS_TABLE", environ),
            artifacts_bucket=_text("ARTIFACTS_BUCKET", environ),
            dynamodb_client=_choice("DYNAMODB_CLIENT", DYNAMODB_CLIENTS, environ),
            grid_intensity_g_per_kwh=_number("GRID_INTENSITY_G_PER_KWH", environ),
            pue=_number("PUE", environ),
        )


def names_no_store(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether not one table or bucket is named: a server without AWS. Half a configuration is an error of Settings."""
    return not any(environ.get(name) for name in STORES)


def runtime_memory_mb(environ: Mapping[str, str] = os.environ) -> int:
    """Memory the runtime says it reserved; outside Lambda the size of one whole vCPU."""
    return int(environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", DEFAULT_MEMORY_MB))


def _text(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"environment variable {name} is not set")
    return value


def _choice(name: str, choices: Sequence[str], environ: Mapping[str, str]) -> str:
    text = _text(name, environ)
    if text not in choices:
        raise SettingsError(f"environment variable {name} is {text!r}, choose one of {', '.join(choices)}")
    return text


def _number(name: str, environ: Mapping[str, str]) -> float:
    text = _text(name, environ)
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"environment variable {name} is not a number: {text!r}") from None
