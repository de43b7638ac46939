"""What the score function reads from its environment, once, at cold start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from greenfraud.carbon import AWS_PUE, INTENSITY_G_PER_KWH, LAMBDA_MB_PER_VCPU
from greenfraud.errors import InvalidInput, SettingsError
from greenfraud.money import EURO, currency_of
from greenfraud.policy import REVIEW_ABOVE
from greenfraud.settings import read_settings

STORES = ("CONTROL_TABLE", "CUSTOMER_TABLE", "TERMINAL_TABLE", "DECISIONS_TABLE", "ARTIFACTS_BUCKET")
# Where a server without AWS runs is unknown: the dirtiest grid of the table is assumed.
UNKNOWN_GRID = max(grid.g_per_kwh for grid in INTENSITY_G_PER_KWH.values())


@dataclass(frozen=True)
class Settings:
    """Field names in upper case are the variables, each of which the stack sets."""

    control_table: str
    customer_table: str
    terminal_table: str
    decisions_table: str
    artifacts_bucket: str
    dynamodb_client: Literal["lean", "boto3"]
    id_tokens: str  # the ARN of the secret that holds the key of the ids, or off
    grid_intensity_g_per_kwh: float
    pue: float
    currency: str
    review_above: float
    exploration_share: float
    exploration_limit_minor: int

    @property
    def platform_currency(self) -> str:
        """The platform's one currency. Raises SettingsError when ISO 4217 does not know it."""
        return known_currency(self.currency)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings. Raises SettingsError that names the first variable at fault."""
        return read_settings(cls, environ)


@dataclass(frozen=True)
class WithoutAws:
    """What a server without AWS may be told."""

    grid_intensity_g_per_kwh: float = UNKNOWN_GRID
    pue: float = AWS_PUE
    currency: str = EURO
    review_above: float = REVIEW_ABOVE


@dataclass(frozen=True)
class Runtime:
    """What Lambda says of itself; outside it, a server counts as one whole vCPU."""

    aws_lambda_function_memory_size: int = LAMBDA_MB_PER_VCPU


def known_currency(currency: str) -> str:
    """Return a currency of ISO 4217. Raises SettingsError for any other text."""
    try:
        return currency_of(currency)
    except InvalidInput as error:
        raise SettingsError("CURRENCY", error.reason) from None


def names_no_store(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell a server without AWS: it names neither a table nor a bucket. Half a configuration is an error of Settings."""
    return not any(environ.get(name) for name in STORES)


def runtime_memory_mb(environ: Mapping[str, str] = os.environ) -> int:
    """Return the memory that the runtime reserved, in MB."""
    return read_settings(Runtime, environ).aws_lambda_function_memory_size
