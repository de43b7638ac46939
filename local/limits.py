"""The limits of AWS that are kept here: the figures of `limits.toml`, each with unit, answer and source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("limits.toml")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One limit: `figure` passes, one more does not."""

    figure: int
    unit: str
    answer: str
    by: str
    source: str


@cache
def limits() -> dict[str, Limit]:
    """All of them by name."""
    return {name: Limit(**fields) for name, fields in tomllib.loads(FILE.read_text()).items()}


def figure(name: str) -> int:
    """The figure of one limit.

    >>> figure("lambda_layers")
    5
    """
    return limits()[name].figure


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """Limits that differ from account to account and are chosen when the server starts."""

    training_slots: int = figure("sagemaker_training_slots")
    lambda_concurrency: int = figure("lambda_concurrency")
